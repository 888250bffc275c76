using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>A credential as it was last read. It includes whether the credential's workspace is on the allowlist.</summary>
internal sealed class CachedCredential(CredentialRow row, bool isWorkspaceAllowed)
{
    public const long MicrosecondsPerMinute = 60_000_000;

    private GrantSet? grants;
    private long notedMinute = (row.LastUsedAt ?? 0) / MicrosecondsPerMinute;

    public CredentialRow Row { get; } = row;

    public bool IsWorkspaceAllowed { get; } = isWorkspaceAllowed;

    /// <summary>
    /// The credential's grants. They are parsed only when they are first needed, so that only a caller with the valid token
    /// learns that the stored grants can't be read.
    /// </summary>
    /// <exception cref="RequestException">INTEGRITY_ERROR: the stored grants can't be read.</exception>
    public GrantSet Grants => grants ??= GrantSet.Of(StoredGrants.Read(Row));

    /// <summary>
    /// Returns true for only one call in each minute. The code that made that call then stores the credential's last use.
    /// </summary>
    /// <param name="minute">The current minute, counted since 1970.</param>
    public bool IsFirstUseIn(long minute)
    {
        var noted = Interlocked.Read(ref notedMinute);
        return minute > noted && Interlocked.CompareExchange(ref notedMinute, minute, noted) == noted;
    }
}
