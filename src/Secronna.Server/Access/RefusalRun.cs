using Secronna.Crypto.Trail;

namespace Secronna.Server.Access;

/// <summary>
/// Equal refusals within a minute. The first is written as an entry of its own, and the others are only counted; of a run over the
/// limit all are only counted. Counts are separate for each project, environment and secret that was found. Only
/// <see cref="FirstWritten"/> is thread-safe.
/// </summary>
/// <param name="kind">What the refusals of the run have in common.</param>
/// <param name="first">The entry of the run's first refusal.</param>
/// <param name="beganAt">When the run began: a timestamp of the monotonic clock.</param>
internal sealed class RefusalRun(RefusalKind kind, TrailEntry first, long beganAt)
{
    // One target, as a caller names it, is rarely more than one thing: only if the thing is deleted and made again.
    private const int MaxSeparateCounts = 20;

    private readonly Dictionary<(string? ProjectId, string? EnvironmentId, string? SecretId), TrailEntry> counts = [];

    /// <summary>What the refusals of the run have in common.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>When the run began: a timestamp of the monotonic clock.</summary>
    public long BeganAt { get; } = beganAt;

    /// <summary>Completes when the run's first entry is durable, and fails if that entry could not be made durable.</summary>
    public TaskCompletionSource FirstWritten { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The entries to write for the counted refusals, each with its count.</summary>
    public IEnumerable<TrailEntry> CountEntries => counts.Values;

    /// <summary>Counts a refusal whose target was not looked up: it is what the first refusal of the run found.</summary>
    public void CountRepeat(TrailEntry entry) => Count(entry with
    {
        ProjectId = first.ProjectId, EnvironmentId = first.EnvironmentId, SecretId = first.SecretId, Key = first.Key, Path = first.Path,
        TargetId = first.TargetId, Details = first.Details,
    });

    /// <summary>Counts a refusal.</summary>
    public void Count(TrailEntry entry)
    {
        var found = (entry.ProjectId, entry.EnvironmentId, entry.SecretId);
        // Over the limit, requests that name different keys are counted together.
        entry = Kind.IsOverLimit ? entry with { Details = null } : entry;
        if ((Kind.IsOverLimit && Kind.Target is null) || (counts.Count >= MaxSeparateCounts && !counts.ContainsKey(found)))
        {
            found = (null, null, null);
            entry = entry with
            {
                ProjectId = null, EnvironmentId = null, SecretId = null, Key = null, Path = null, TargetId = null, Details = null,
            };
        }

        counts[found] = counts.TryGetValue(found, out var counted) ? Merge(counted, entry) : entry with { Count = 1 };
    }

    // The merged entry has the request id of the last refusal. It names an address, a user agent and a reason only if all
    // refusals agree.
    private static TrailEntry Merge(TrailEntry counted, TrailEntry entry) => entry with
    {
        Count = counted.Count + 1,
        Ip = IfEqual(counted.Ip, entry.Ip),
        UserAgent = IfEqual(counted.UserAgent, entry.UserAgent),
        Reason = IfEqual(counted.Reason, entry.Reason),
    };

    private static string? IfEqual(string? first, string? second) => first == second ? first : null;
}
