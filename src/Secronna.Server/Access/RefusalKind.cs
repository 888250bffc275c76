using System.Security.Cryptography;
using System.Text;
using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Identifies refusals that count as repeats of each other. They have the same caller, action, address and target. The target is
/// what the caller asked for, as the caller named it.
/// </summary>
/// <param name="WorkspaceId">The caller's workspace.</param>
/// <param name="ActorType">The kind of the caller.</param>
/// <param name="ActorId">The caller's id.</param>
/// <param name="Action">The audit action that was refused.</param>
/// <param name="Ip">The caller's address; <c>null</c> if it is unknown, or for any address.</param>
/// <param name="Target">What the caller asked for; <c>null</c> for any target.</param>
internal sealed record RefusalKind(
    string WorkspaceId, string ActorType, string ActorId, string Action, string? Ip, string? Target)
{
    private const int MaxTargetLength = 64;

    /// <summary>The kind that counts refusals of this caller and action together, whatever their addresses and targets.</summary>
    public RefusalKind ForAnyTarget => this with { Ip = null, Target = null };

    /// <summary>The kind of a refusal.</summary>
    /// <param name="entry">The audit entry of the refusal.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    public static RefusalKind Of(AuditEntry entry, string target) =>
        new(entry.WorkspaceId, entry.ActorType, entry.ActorId, entry.Action, entry.Ip, Shorten(target));

    // A kind stays in memory for a minute. The caller decides how long a target is, but must not decide how much memory it takes.
    private static string Shorten(string target) => target.Length <= MaxTargetLength
        ? target
        : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(target)));
}
