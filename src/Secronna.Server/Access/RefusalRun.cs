using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// A refusal and its repeats within a minute. The first refusal is written as an entry of its own. The repeats are only counted,
/// separately for each project, environment and secret that they aimed at. Only <see cref="FirstWritten"/> is thread-safe.
/// </summary>
/// <param name="kind">What the refusals of the run have in common.</param>
/// <param name="beganAt">When the run began: a timestamp of the monotonic clock.</param>
internal sealed class RefusalRun(RefusalKind kind, long beganAt)
{
    /// <summary>The largest number of found things that are counted separately. All further things share one count.</summary>
    public const int MaxSeparateCounts = 100;

    private readonly Dictionary<(string? ProjectId, string? EnvironmentId, string? SecretId), AuditEntry> counts = [];

    /// <summary>What the refusals of the run have in common.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>When the run began: a timestamp of the monotonic clock.</summary>
    public long BeganAt { get; } = beganAt;

    /// <summary>Completes when the run's first entry is durable, and fails if that entry could not be made durable.</summary>
    public TaskCompletionSource FirstWritten { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The entries to write for the repeats, each with its count.</summary>
    public IEnumerable<AuditEntry> CountEntries => counts.Values;

    /// <summary>Counts a repeat.</summary>
    public void CountRepeat(AuditEntry entry)
    {
        var found = (entry.ProjectId, entry.EnvironmentId, entry.SecretId);
        if (counts.Count >= MaxSeparateCounts && !counts.ContainsKey(found))
        {
            found = (null, null, null);
            entry = entry with { ProjectId = null, EnvironmentId = null, SecretId = null, Key = null, Path = null };
        }

        counts[found] = counts.TryGetValue(found, out var counted) ? Merge(counted, entry) : entry with { Count = 1 };
    }

    // The merged entry has the request id of the last repeat. It names an address and a user agent only if all repeats agree.
    private static AuditEntry Merge(AuditEntry counted, AuditEntry entry) => entry with
    {
        Count = counted.Count + 1,
        Ip = IfEqual(counted.Ip, entry.Ip),
        UserAgent = IfEqual(counted.UserAgent, entry.UserAgent),
    };

    private static string? IfEqual(string? first, string? second) => first == second ? first : null;
}
