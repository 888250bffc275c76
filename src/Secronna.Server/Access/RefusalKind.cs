using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto.Trail;

namespace Secronna.Server.Access;

/// <summary>A credential that was refused. All tokens of a user count as one.</summary>
internal sealed record RefusedCaller(string WorkspaceId, string ActorType, string ActorId);

/// <summary>
/// Identifies refusals that count as repeats of each other. They have the same caller, action, address and target. The target is
/// what the caller asked for, as the caller named it.
/// </summary>
/// <param name="Caller">The caller.</param>
/// <param name="Action">The audit action that was refused.</param>
/// <param name="Ip">The caller's address; <c>null</c> if it is unknown, or for any address.</param>
/// <param name="Target">What the caller asked for; <c>null</c> for any target.</param>
internal sealed record RefusalKind(RefusedCaller Caller, string Action, string? Ip, string? Target)
{
    private const int MaxTargetLength = 64;

    /// <summary>
    /// Whether the refusals came when the caller had been refused too often. Then all of them are only counted, and the target is
    /// what was found.
    /// </summary>
    public bool IsOverLimit { get; private init; }

    /// <summary>The kind of a refusal.</summary>
    /// <param name="entry">The audit entry of the refusal.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    public static RefusalKind Of(TrailEntry entry, string target) => new(CallerOf(entry), entry.Action, entry.Ip, Shorten(target));

    /// <summary>
    /// The kinds under which a refusal beyond the limit can be counted: by address and by what was found, by address alone, and
    /// by action alone.
    /// </summary>
    public static RefusalKind[] OverLimit(TrailEntry entry)
    {
        var found = entry.SecretId ?? entry.EnvironmentId ?? entry.ProjectId ?? entry.TargetId ?? "";
        var exact = new RefusalKind(CallerOf(entry), entry.Action, entry.Ip, found) { IsOverLimit = true };
        return [exact, exact with { Target = null }, exact with { Target = null, Ip = null }];
    }

    private static RefusedCaller CallerOf(TrailEntry entry) => new(entry.WorkspaceId, entry.ActorType, entry.ActorId);

    // A kind stays in memory for a minute. The caller decides how long a target is, but must not decide how much memory it takes.
    private static string Shorten(string target) => target.Length <= MaxTargetLength
        ? target
        : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(target)));
}
