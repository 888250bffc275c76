using System.Text.Json.Serialization;

namespace Secronna.Cli.Fallback;

/// <summary>What an environment gave, kept for when its server can't be reached.</summary>
/// <param name="Server">The server's origin.</param>
/// <param name="Environment">The environment, as it was named.</param>
/// <param name="Keys">The keys that were asked for; null where all were.</param>
/// <param name="Revision">The environment's revision (its ETag).</param>
/// <param name="ConfirmedAt">When the server last gave these values, or said that they are still these.</param>
/// <param name="Secrets">The values.</param>
internal sealed record SecretsCopy(
    string Server, string Environment, IReadOnlyList<string>? Keys, string Revision, DateTimeOffset ConfirmedAt,
    IReadOnlyList<CopiedSecret> Secrets)
{
    /// <summary>Whether it is what was given for a choice of keys; null is all.</summary>
    public bool IsOf(IReadOnlyList<string>? keys) =>
        Keys is null || keys is null ? Keys is null && keys is null : Keys.SequenceEqual(keys);
}

/// <summary>A key and its value.</summary>
internal sealed record CopiedSecret(string Key, string Value)
{
    /// <summary>Names the key, never the value.</summary>
    public override string ToString() => Key;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SecretsCopy))]
internal sealed partial class CopyJson : JsonSerializerContext;
