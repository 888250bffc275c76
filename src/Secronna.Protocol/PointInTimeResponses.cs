using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>
/// What happened to a secret: one of the <see cref="VersionKinds"/>, with its version, or <see cref="ChangeNames.Deleted"/>.
/// </summary>
public sealed record HistoryResponse(
    Instant At, string Change, string Key, string SecretId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version,
    string By,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Comment);

/// <summary>What a restore did with a key, or would do: one of the <see cref="RestoreResults"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="SecretId">Its secret.</param>
/// <param name="Result">What happened to it.</param>
/// <param name="From">Of one that was restored: the version that was current before.</param>
/// <param name="To">The version whose value was taken.</param>
/// <param name="Version">The new version with that value.</param>
public sealed record RestoreChange(
    string Key, string SecretId, string Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? From = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version = null);

/// <summary>What a restore did, or would do, ordered by key.</summary>
public sealed record RestoreResponse(Instant At, bool DryRun, IReadOnlyList<RestoreChange> Changes);

/// <summary>How two environments differ in a key: one of the <see cref="CompareResults"/>. It holds no value (S16).</summary>
public sealed record CompareResponse(string Key, string Result);
