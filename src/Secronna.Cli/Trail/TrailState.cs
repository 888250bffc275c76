using System.Text.Json.Serialization;

namespace Secronna.Cli.Trail;

/// <summary>What a verifier remembers of the logs of one server.</summary>
/// <param name="Server">The server's origin.</param>
/// <param name="Key">The pinned key, as the text of a verifier's key.</param>
/// <param name="Logs">The logs that were verified, by the ids of their workspaces.</param>
internal sealed record TrailState(string Server, string Key, IReadOnlyDictionary<string, VerifiedLog> Logs)
{
    /// <summary>This state with another log in it.</summary>
    public TrailState With(string workspace, VerifiedLog log) =>
        this with { Logs = new Dictionary<string, VerifiedLog>(Logs) { [workspace] = log } };
}

/// <summary>What a verifier remembers of a log.</summary>
/// <param name="Checkpoint">The signed note of the largest tree that was verified.</param>
internal sealed record VerifiedLog(string Checkpoint)
{
    /// <summary>The last notes of earlier epochs, oldest first; <c>null</c> where there are none.</summary>
    public IReadOnlyList<string>? Earlier { get; init; }

    /// <summary>This log in a new epoch. The last checkpoint of the old epoch is kept.</summary>
    public VerifiedLog InNewEpoch(string checkpoint) => new(checkpoint) { Earlier = [.. Earlier ?? [], Checkpoint] };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrailState))]
internal sealed partial class TrailStateJson : JsonSerializerContext;
