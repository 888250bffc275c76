using System.Text.Json.Serialization;

namespace Secronna.Cli.Fallback;

/// <summary>The values of an environment, kept for the time when the server can't be reached.</summary>
/// <param name="Server">The server's origin.</param>
/// <param name="Environment">The environment, as the command line named it.</param>
/// <param name="Keys">The chosen keys; <c>null</c> means all.</param>
/// <param name="Revision">The environment's revision (its ETag).</param>
/// <param name="ConfirmedAt">When the server last sent these values or confirmed that they are current.</param>
/// <param name="Secrets">The values.</param>
internal sealed record FallbackCopy(
    string Server, string Environment, IReadOnlyList<string>? Keys, string Revision, DateTimeOffset ConfirmedAt,
    IReadOnlyList<FallbackSecret> Secrets)
{
    /// <summary>Whether the copy was made for exactly these keys; <c>null</c> means all.</summary>
    public bool IsOf(IReadOnlyList<string>? keys) =>
        Keys is null || keys is null ? Keys is null && keys is null : Keys.SequenceEqual(keys);
}

/// <summary>A key and its value.</summary>
internal sealed record FallbackSecret(string Key, string Value)
{
    /// <summary>Contains the key and not the value.</summary>
    public override string ToString() => Key;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FallbackCopy))]
internal sealed partial class FallbackJson : JsonSerializerContext;
