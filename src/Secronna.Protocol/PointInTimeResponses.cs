using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>
/// A change of a secret: one of the <see cref="VersionKinds"/> or <see cref="ChangeNames.Destroyed"/> with the version, or
/// <see cref="ChangeNames.Deleted"/>.
/// </summary>
public sealed record HistoryResponse(
    Instant At, string Change, string Key, string SecretId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version,
    string By,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Comment);

/// <summary>The result of a restore for one secret; of a dry run, the result that a restore would have.</summary>
/// <param name="Key">The secret's key.</param>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Result">One of the <see cref="RestoreResults"/>.</param>
/// <param name="From">The version that was current before; only where the secret was restored.</param>
/// <param name="To">The version whose value was restored; only where the secret was restored.</param>
/// <param name="Version">The new version that has this value; only where the secret was restored.</param>
public sealed record RestoreChange(
    string Key, string SecretId, string Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? From = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version = null);

/// <summary>The results of a restore, ordered by key; of a dry run, the results that a restore would have.</summary>
public sealed record RestoreResponse(Instant At, bool DryRun, IReadOnlyList<RestoreChange> Changes);

/// <summary>
/// The result of comparing one key of two environments: one of the <see cref="CompareResults"/>. It holds no value (S16).
/// </summary>
public sealed record CompareResponse(string Key, string Result);
