using System.Runtime.InteropServices;

namespace Secronna.Server.Access;

/// <summary>
/// Counts what each credential and each workspace holds of something that all share, and refuses what goes beyond a share (S31).
/// </summary>
/// <param name="perCredential">The most that one credential may hold; 0 means no limit.</param>
/// <param name="perWorkspace">The most that all credentials of one workspace may hold together; 0 means no limit.</param>
internal sealed class Shares(long perCredential, long perWorkspace)
{
    private readonly Lock gate = new();
    private readonly Dictionary<CredentialKey, long> credentials = [];
    private readonly Dictionary<string, long> workspaces = new(StringComparer.Ordinal);

    /// <summary>A part of a total. It is 0, which means no limit, where the part is 0 percent, and otherwise at least 1.</summary>
    public static int Part(int total, int percent) => (int)Part((long)total, percent);

    /// <summary>A part of a total. It is 0, which means no limit, where the part is 0 percent, and otherwise at least 1.</summary>
    public static long Part(long total, int percent) => percent == 0 ? 0 : Math.Max(1, ((total * percent) + 99) / 100);

    /// <summary>Takes from the shares of the caller's credential and workspace: all of it, or nothing.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="count">How much is taken.</param>
    /// <param name="what">What is shared, for the message, where it follows the limit.</param>
    /// <exception cref="ShareUsedUpException">RATE_LIMITED: a share does not have that much left.</exception>
    public void Take(Caller caller, long count, string what)
    {
        lock (gate)
        {
            ref var ofCredential = ref CollectionsMarshal.GetValueRefOrAddDefault(credentials, CredentialKey.Of(caller), out _);
            ref var ofWorkspace = ref CollectionsMarshal.GetValueRefOrAddDefault(workspaces, caller.WorkspaceId, out _);
            var isCredentialFull = perCredential > 0 && ofCredential + count > perCredential;
            if (isCredentialFull || (perWorkspace > 0 && ofWorkspace + count > perWorkspace))
            {
                RemoveUnderLock(caller, 0);
                throw isCredentialFull
                    ? Errors.ShareUsedUp("credential", perCredential, what)
                    : Errors.ShareUsedUp("workspace", perWorkspace, what);
            }

            ofCredential += count;
            ofWorkspace += count;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void GiveBack(Caller caller, long count)
    {
        lock (gate)
        {
            RemoveUnderLock(caller, count);
        }
    }

    // Forgets whoever holds nothing, so that many credentials take no memory.
    private void RemoveUnderLock(Caller caller, long count)
    {
        var key = CredentialKey.Of(caller);
        ref var ofCredential = ref CollectionsMarshal.GetValueRefOrAddDefault(credentials, key, out _);
        ofCredential -= count;
        if (ofCredential == 0)
        {
            credentials.Remove(key);
        }

        ref var ofWorkspace = ref CollectionsMarshal.GetValueRefOrAddDefault(workspaces, caller.WorkspaceId, out _);
        ofWorkspace -= count;
        if (ofWorkspace == 0)
        {
            workspaces.Remove(caller.WorkspaceId);
        }
    }
}
