using System.Collections.Concurrent;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// What this node remembers of credentials and the allowlist (S22). It is used only while the last look at the database's
/// change counter began less than a second ago by the monotonic clock; a look that finds the counter moved forgets all.
/// </summary>
internal sealed class AccessCache(Database database, TimeProvider time)
{
    // Less than the second that S22 allows, by what a request may take from here to its decision.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromMilliseconds(800);
    private const int MostEntries = 20_000;

    private readonly Lock gate = new();
    private Memory memory = new(long.MinValue);
    private long lookBegan;
    private bool hasLooked;
    private Task? look;

    /// <summary>
    /// The credential whose token begins so, with whether its workspace is allowed, or null when there is none; and whether
    /// the database was asked for it.
    /// </summary>
    public async ValueTask<(CachedCredential? Credential, bool WasRead)> FindAsync(string prefix)
    {
        var current = await CurrentAsync();
        if (current.Credentials.TryGetValue(prefix, out var cached))
        {
            return (cached, false);
        }

        // Read after the look began: should it change from now on, the next look finds the counter moved.
        var found = await InTimeAsync(prefix, ReadAsync);
        if (found is not null && current.Credentials.Count < MostEntries)
        {
            current.Credentials.TryAdd(prefix, found);
        }

        return (found, true);
    }

    /// <summary>The same past the memory.</summary>
    public ValueTask<CachedCredential?> ReadAsync(string prefix) => database.ReadAsync(prefix, static async (session, prefix) =>
        await CredentialTable.FindByPrefixAsync(session, prefix) is { } found ? new CachedCredential(found.Row, found.IsAllowed) : null);

    /// <summary>Whether a workspace is on the allowlist.</summary>
    public async ValueTask<bool> IsAllowedAsync(string workspaceId)
    {
        var current = await CurrentAsync();
        if (!current.Workspaces.TryGetValue(workspaceId, out var isAllowed))
        {
            isAllowed = await InTimeAsync(
                workspaceId, id => database.ReadAsync(id, static (session, id) => WorkspaceTable.IsAllowedAsync(session, id)));
            if (current.Workspaces.Count < MostEntries)
            {
                current.Workspaces.TryAdd(workspaceId, isAllowed);
            }
        }

        return isAllowed;
    }

    // What took longer may have changed since by more than S22 allows, and no look tells of it before it is used.
    private async ValueTask<T> InTimeAsync<T>(string id, Func<string, ValueTask<T>> read)
    {
        while (true)
        {
            var began = time.GetTimestamp();
            var found = await read(id);
            if (time.GetElapsedTime(began) < TrustedFor)
            {
                return found;
            }
        }
    }

    private async ValueTask<Memory> CurrentAsync()
    {
        while (true)
        {
            Task lookAtHand;
            lock (gate)
            {
                if (hasLooked && time.GetElapsedTime(lookBegan) < TrustedFor)
                {
                    return memory;
                }

                lookAtHand = look ??= LookAsync();
            }

            // One that took too long is not trusted either: then another look is taken.
            await lookAtHand;
        }
    }

    private async Task LookAsync()
    {
        // Off the caller's lock before anything else happens.
        await Task.Yield();
        try
        {
            var began = time.GetTimestamp();
            var changes = await database.ReadAsync(0, static (session, _) => InstallationTable.ReadAccessCounterAsync(session));
            lock (gate)
            {
                if (memory.Changes != changes)
                {
                    memory = new Memory(changes);
                }

                (lookBegan, hasLooked) = (began, true);
            }
        }
        finally
        {
            lock (gate)
            {
                look = null;
            }
        }
    }

    private sealed class Memory(long changes)
    {
        public long Changes { get; } = changes;

        public ConcurrentDictionary<string, CachedCredential> Credentials { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, bool> Workspaces { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>A credential as last read.</summary>
internal sealed class CachedCredential(CredentialRow row, bool workspaceAllowed)
{
    private GrantSet? grants;
    private long notedMinute = (row.LastUsedAt ?? 0) / MicrosecondsPerMinute;

    public const long MicrosecondsPerMinute = 60_000_000;

    public CredentialRow Row { get; } = row;

    public bool WorkspaceAllowed { get; } = workspaceAllowed;

    /// <summary>Read when they are first needed: only who has the token may learn that they can't be.</summary>
    /// <exception cref="RequestException">INTEGRITY_ERROR.</exception>
    public GrantSet Grants => grants ??= GrantSet.Of(StoredGrants.Read(Row));

    /// <summary>True for the one caller that shall note this minute's use.</summary>
    public bool IsFirstUseIn(long minute)
    {
        var noted = Interlocked.Read(ref notedMinute);
        return minute > noted && Interlocked.CompareExchange(ref notedMinute, minute, noted) == noted;
    }
}
