using System.Security.Cryptography;
using System.Text;
using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>Who was refused what, from where; without the last two, whatever else a caller was refused.</summary>
internal sealed record RefusalKind(
    string WorkspaceId, string ActorType, string ActorId, string Action, string? Ip, string? Target)
{
    private const int LongestTarget = 64;

    public RefusalKind OfCaller => this with { Ip = null, Target = null };

    public static RefusalKind Of(AuditEntry entry, string target) =>
        new(entry.WorkspaceId, entry.ActorType, entry.ActorId, entry.Action, entry.Ip, Short(target));

    // It is kept for a minute: a caller decides how long it is, but not how much is kept.
    private static string Short(string target) => target.Length <= LongestTarget
        ? target
        : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(target)));
}

/// <summary>A run of equal refusals: the first is written by itself, its repeats are counted, by what was found of them.</summary>
internal sealed class RefusalRun(RefusalKind kind, long began)
{
    /// <summary>Things found that are counted each by itself; the others are counted together.</summary>
    public const int MostNamed = 100;

    private readonly Dictionary<(string?, string?, string?), AuditEntry> counts = [];

    public RefusalKind Kind { get; } = kind;

    public long Began { get; } = began;

    /// <summary>Done when the run's first entry is durable, or could not be made so.</summary>
    public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Entries with the counts of the repeats.</summary>
    public IEnumerable<AuditEntry> Counts => counts.Values;

    public void Repeat(AuditEntry entry)
    {
        var found = (entry.ProjectId, entry.EnvironmentId, entry.SecretId);
        if (counts.Count >= MostNamed && !counts.ContainsKey(found))
        {
            found = (null, null, null);
            entry = entry with { ProjectId = null, EnvironmentId = null, SecretId = null, Key = null, Path = null };
        }

        counts[found] = counts.TryGetValue(found, out var before) ? Merge(before, entry) : entry with { Count = 1 };
    }

    // Of a request it has the last one's id, and of what else may differ what is the same of all.
    private static AuditEntry Merge(AuditEntry before, AuditEntry entry) => entry with
    {
        Count = before.Count + 1,
        Ip = Same(before.Ip, entry.Ip),
        UserAgent = Same(before.UserAgent, entry.UserAgent),
    };

    private static string? Same(string? one, string? other) => one == other ? one : null;
}
