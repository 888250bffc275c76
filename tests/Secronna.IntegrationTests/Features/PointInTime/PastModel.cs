using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A version that was minted, or a deletion, as the history must tell it.</summary>
/// <param name="Instant">When it was, in microseconds.</param>
/// <param name="Kind">The version's kind, or <see cref="Deleted"/>.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="SecretId">The secret.</param>
/// <param name="Version">The version; 0 of a deletion.</param>
/// <param name="Value">The version's value.</param>
/// <param name="By">Who made it.</param>
/// <param name="Comment">What was said of it.</param>
internal sealed record PastChange(
    long Instant, string Kind, string Key, string SecretId, int Version, string Value, string By, string? Comment)
{
    public const string Deleted = "deleted";

    public bool IsDeletion => Kind == Deleted;

    public static PastChange DeletionOf(PastChange secret, string by) =>
        new(0, Deleted, secret.Key, secret.SecretId, 0, "", by, null);
}

/// <summary>What a restore must say and do of one key.</summary>
internal sealed record PastRestored(string Key, string SecretId, string Result, int? From = null, int? To = null, int? Version = null)
{
    public override string ToString() => $"{Key} {SecretId} {Result} {From} {To} {Version}";
}

/// <summary>Everything that happened to an environment's secrets, from which each of its states follows.</summary>
internal sealed class PastModel
{
    private readonly List<PastChange> changes = [];
    private long mostRead = long.MinValue;

    public PastModel(long createdAt) => (CreatedAt, Last) = (createdAt, createdAt);

    public long CreatedAt { get; }

    /// <summary>The next change must take an instant later than this: of the last change, or of the latest read.</summary>
    public long Last { get; private set; }

    /// <summary>In the order in which they were acknowledged.</summary>
    public IReadOnlyList<PastChange> Changes => changes;

    public List<PastChange> Now => At(long.MaxValue);

    /// <summary>The versions that were current at an instant, by their keys' bytes.</summary>
    public List<PastChange> At(long instant) =>
    [
        .. changes.Where(change => change.Instant <= instant).GroupBy(change => change.SecretId).Select(secret => secret.Last())
            .Where(change => !change.IsDeletion).OrderBy(change => change.Key, StringComparer.Ordinal),
    ];

    public bool IsDeleted(string secretId) => changes.Any(change => change.SecretId == secretId && change.IsDeletion);

    public long CreationOf(string secretId) => changes.First(change => change.SecretId == secretId).Instant;

    public string ValueOf(string secretId, int version) =>
        changes.Single(change => change.SecretId == secretId && change.Version == version).Value;

    /// <summary>The changes as the history lists them.</summary>
    public IEnumerable<PastChange> NewestFirst() =>
        changes.OrderByDescending(change => change.Instant).ThenByDescending(change => change.SecretId, StringComparer.Ordinal);

    /// <summary>What a restore by someone who is granted some keys says.</summary>
    public List<PastRestored> Restore(long instant, bool prune, Func<string, bool> sees)
    {
        var current = Now.ToDictionary(secret => secret.SecretId, secret => secret.Version);
        var then = At(instant);
        var since = Now.ExceptBy(then.Select(secret => secret.SecretId), secret => secret.SecretId);
        return
        [
            .. then.Select(secret => !current.TryGetValue(secret.SecretId, out var version)
                    ? new PastRestored(secret.Key, secret.SecretId, "unrecoverable")
                    : version == secret.Version
                    ? new PastRestored(secret.Key, secret.SecretId, "unchanged")
                    : new PastRestored(secret.Key, secret.SecretId, "restored", version, secret.Version, version + 1))
                .Concat(since.Select(secret => new PastRestored(secret.Key, secret.SecretId, prune ? "pruned" : "created_since")))
                .Where(change => sees(change.Key)).OrderBy(change => change.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>How this at an instant differs from another, or from itself, at another instant.</summary>
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

    /// <summary>The changes that a restore makes by what it says.</summary>
    public List<PastChange> Restored(IReadOnlyList<PastRestored> report, string by, string? comment)
    {
        var now = Now.ToDictionary(secret => secret.SecretId);
        return
        [
            .. report.Where(change => change.Result == "restored").Select(change => new PastChange(
                0, "restored", change.Key, change.SecretId, change.Version!.Value, ValueOf(change.SecretId, change.To!.Value), by, comment)),
            .. report.Where(change => change.Result == "pruned").Select(change => PastChange.DeletionOf(now[change.SecretId], by)),
        ];
    }

    /// <summary>The past up to an instant was read: nothing may come into it any more.</summary>
    public void NoteRead(long instant)
    {
        mostRead = Math.Max(mostRead, instant);
        Last = Math.Max(Last, instant);
    }

    /// <summary>A change took an instant and left all secrets as they were.</summary>
    public void NoteInstant(long instant) => Last = Math.Max(Last, instant);

    /// <summary>What was changed in one request; all of it must have one instant, which nobody has read.</summary>
    public void Add(IReadOnlyCollection<PastChange> made)
    {
        var instant = Assert.Single(made.Select(change => change.Instant).Distinct());
        Assert.True(instant > mostRead, $"a change took the instant {instant}; the past up to {mostRead} was read before");
        Assert.True(instant > Last, $"a change took the instant {instant}, and one before it {Last}");
        changes.AddRange(made);
        Last = instant;
    }
}
