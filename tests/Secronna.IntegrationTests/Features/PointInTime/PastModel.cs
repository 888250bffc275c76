using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A new version or a deletion, as the history must list it.</summary>
/// <param name="Instant">The instant of the change, in microseconds.</param>
/// <param name="Kind">The version's kind, or <see cref="Deleted"/>.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Version">The number of the version, or 0 for a deletion.</param>
/// <param name="Value">The version's value.</param>
/// <param name="By">The id of the caller.</param>
/// <param name="Comment">The comment, if any.</param>
internal sealed record PastChange(
    long Instant, string Kind, string Key, string SecretId, int Version, string Value, string By, string? Comment)
{
    public const string Deleted = "deleted";

    public bool IsDeletion => Kind == Deleted;

    public static PastChange DeletionOf(PastChange secret, string by) =>
        new(0, Deleted, secret.Key, secret.SecretId, 0, "", by, null);
}

/// <summary>What a restore must report and do for one key.</summary>
internal sealed record RestoredKey(string Key, string SecretId, string Result, int? From = null, int? To = null, int? Version = null)
{
    public override string ToString() => $"{Key} {SecretId} {Result} {From} {To} {Version}";
}

/// <summary>All changes of an environment's secrets, from which its state at every instant follows.</summary>
internal sealed class PastModel
{
    private readonly List<PastChange> changes = [];
    private long latestRead = long.MinValue;

    public PastModel(long createdAt) => (CreatedAt, Last) = (createdAt, createdAt);

    public long CreatedAt { get; }

    /// <summary>The instant of the last change or of the latest read. The next change must take a later instant.</summary>
    public long Last { get; private set; }

    /// <summary>The changes in the order in which they were acknowledged.</summary>
    public IReadOnlyList<PastChange> Changes => changes;

    public List<PastChange> Now => At(long.MaxValue);

    /// <summary>The versions that were current at an instant, in the order of their keys' bytes.</summary>
    public List<PastChange> At(long instant) =>
    [
        .. changes.Where(change => change.Instant <= instant).GroupBy(change => change.SecretId).Select(secret => secret.Last())
            .Where(change => !change.IsDeletion).OrderBy(change => change.Key, StringComparer.Ordinal),
    ];

    public bool IsDeleted(string secretId) => changes.Any(change => change.SecretId == secretId && change.IsDeletion);

    public long CreationOf(string secretId) => changes.First(change => change.SecretId == secretId).Instant;

    public string ValueOf(string secretId, int version) =>
        changes.Single(change => change.SecretId == secretId && change.Version == version).Value;

    /// <summary>The changes in the order of the history.</summary>
    public IEnumerable<PastChange> NewestFirst() =>
        changes.OrderByDescending(change => change.Instant).ThenByDescending(change => change.SecretId, StringComparer.Ordinal);

    /// <summary>The report of a restore by a caller that sees the given keys.</summary>
    public List<RestoredKey> Restore(long instant, bool prune, Func<string, bool> sees)
    {
        var current = Now.ToDictionary(secret => secret.SecretId, secret => secret.Version);
        var then = At(instant);
        var since = Now.ExceptBy(then.Select(secret => secret.SecretId), secret => secret.SecretId);
        return
        [
            .. then.Select(secret => !current.TryGetValue(secret.SecretId, out var version)
                    ? new RestoredKey(secret.Key, secret.SecretId, "unrecoverable")
                    : version == secret.Version
                    ? new RestoredKey(secret.Key, secret.SecretId, "unchanged")
                    : new RestoredKey(secret.Key, secret.SecretId, "restored", version, secret.Version, version + 1))
                .Concat(since.Select(secret => new RestoredKey(secret.Key, secret.SecretId, prune ? "pruned" : "created_since")))
                .Where(change => sees(change.Key)).OrderBy(change => change.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The results of comparing this environment at one instant with an environment, which may be the same, at another instant.
    /// </summary>
    public List<string> Compare(long at, PastModel other, long otherAt, Func<string, bool> sees)
    {
        var here = At(at).Where(secret => sees(secret.Key)).ToDictionary(secret => secret.Key);
        var there = other.At(otherAt).Where(secret => sees(secret.Key)).ToDictionary(secret => secret.Key);
        return
        [
            .. here.Keys.Union(there.Keys).Order(StringComparer.Ordinal).Select(key => key + " " + (
                !there.TryGetValue(key, out var right) ? "only_here"
                : !here.TryGetValue(key, out var left) ? "only_there"
                : left == right ? "same"
                : IsDeleted(left.SecretId) || other.IsDeleted(right.SecretId) || left.Value != right.Value ? "different" : "same")),
        ];
    }

    /// <summary>The changes that follow from the report of a restore.</summary>
    public List<PastChange> Restored(IReadOnlyList<RestoredKey> report, string by, string? comment)
    {
        var now = Now.ToDictionary(secret => secret.SecretId);
        return
        [
            .. report.Where(change => change.Result == "restored").Select(change => new PastChange(
                0, "restored", change.Key, change.SecretId, change.Version!.Value, ValueOf(change.SecretId, change.To!.Value), by, comment)),
            .. report.Where(change => change.Result == "pruned").Select(change => PastChange.DeletionOf(now[change.SecretId], by)),
        ];
    }

    /// <summary>Notes that the past up to an instant was read. No later change may take an instant in it.</summary>
    public void NoteRead(long instant)
    {
        latestRead = Math.Max(latestRead, instant);
        Last = Math.Max(Last, instant);
    }

    /// <summary>Notes that a request took an instant and changed no secret.</summary>
    public void NoteInstant(long instant) => Last = Math.Max(Last, instant);

    /// <summary>Adds the changes of one request. They must share one instant, which must be later than any read.</summary>
    public void Add(IReadOnlyCollection<PastChange> made)
    {
        var instant = Assert.Single(made.Select(change => change.Instant).Distinct());
        Assert.True(instant > latestRead, $"a change took the instant {instant}; the past up to {latestRead} was read before");
        Assert.True(instant > Last, $"a change took the instant {instant}, which is not after {Last}");
        changes.AddRange(made);
        Last = instant;
    }
}
