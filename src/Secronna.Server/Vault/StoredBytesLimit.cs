using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Bounds the bytes that a workspace stores (S31). Every transaction that mints versions checks it. On PostgreSQL transactions of
/// several environments may run at once, and each sees only what others have committed: together they may exceed the limit by
/// what they write, which the rates of writes bound.
/// </summary>
internal static class StoredBytesLimit
{
    /// <summary>Requires that the workspace may store versions too.</summary>
    /// <param name="transaction">The transaction that mints the versions.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="change">The change that the versions are part of.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="limits">The limits.</param>
    /// <exception cref="RequestException">RATE_LIMITED: the workspace would store more than it may.</exception>
    public static void Require(
        Transaction transaction, string workspaceId, EnvironmentChange change, IReadOnlyList<NewVersion> versions, LimitSettings limits)
    {
        var limit = limits.StoredBytesPerWorkspace;
        if (limit > 0 && versions.Count > 0
            && change.StoredBytes + transaction.StoredBytes.PendingOf(workspaceId) + versions.Sum(row => row.StoredBytes) > limit)
        {
            throw Errors.WorkspaceFull(limit);
        }
    }
}
