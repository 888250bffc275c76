using System.Text.Json.Serialization;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>An entry of a request, and whether it is proven.</summary>
/// <param name="Sequence">The entry's number.</param>
/// <param name="CreatedAt">When it was recorded.</param>
/// <param name="ActorType">The kind of the caller.</param>
/// <param name="ActorId">The caller's id.</param>
/// <param name="Action">What the caller did or tried.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="What">The path, name or id of the thing; <c>null</c> where the entry names none.</param>
/// <param name="Version">The version's number; <c>null</c> where the entry is about no version.</param>
/// <param name="Proof">
/// <see cref="Proven"/>: all this is read from the entry that the verified checkpoint covers. <see cref="NotCoveredYet"/>: it is
/// what the server says.
/// </param>
internal sealed record ReceiptEntry(
    long Sequence, Instant CreatedAt, string ActorType, string ActorId, string Action, string Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? What,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version, string Proof)
{
    /// <summary>The verified checkpoint covers the entry.</summary>
    public const string Proven = "proven";

    /// <summary>The entry is newer than the verified checkpoint.</summary>
    public const string NotCoveredYet = "not covered yet";

    /// <summary>An entry whose proof was verified.</summary>
    public static ReceiptEntry Of(RecordedEntry recorded)
    {
        var entry = recorded.Entry;
        return new ReceiptEntry(
            recorded.Sequence, new Instant(recorded.CreatedAt), entry.ActorType, entry.ActorId, entry.Action, entry.Outcome,
            entry.Path ?? entry.Name ?? entry.TargetId ?? entry.SecretId ?? entry.EnvironmentId ?? entry.ProjectId, entry.Version, Proven);
    }

    /// <summary>An entry that the server lists and that no verified checkpoint covers.</summary>
    public static ReceiptEntry Of(AuditResponse entry) => new(
        entry.Sequence, entry.CreatedAt, entry.ActorType, entry.ActorId, entry.Action, entry.Outcome,
        entry.Metadata.Path ?? entry.Metadata.Name ?? entry.Metadata.TargetId ?? entry.Metadata.SecretId ?? entry.Metadata.EnvironmentId
            ?? entry.Metadata.ProjectId, entry.Metadata.Version, NotCoveredYet);
}
