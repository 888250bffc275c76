using System.Collections.Concurrent;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Caches credentials and the allowlist on this node (S22). The cache is used only if the last check of the database's change
/// counter began less than a second ago by the monotonic clock. A check that finds another count drops the whole cache.
/// </summary>
internal sealed class AccessCache(Database database, TimeProvider time)
{
    // Shorter than the one second that S22 allows. The rest covers the time that a request takes from here to its decision.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromMilliseconds(800);
    private const int MaxEntries = 20_000;

    // Guesses of tokens read the database before anything is known of them. They share a part of its readers, in turn by address,
    // so that a flood of guesses delays only callers of the same address.
    private const int ReadersPerLookup = 4;

    // How many look-ups of one address may wait. Where more of them arrive, nearly all are guesses.
    private const int MaxWaitingLookups = 256;

    private readonly FairGate lookups =
        new("look-ups", Math.Max(1, database.MaxReads / ReadersPerLookup), 0, 0, time, MaxWaitingLookups, "address");

    private readonly Lock gate = new();
    private CachedAccess cached = new(long.MinValue);
    private long lastCheckBegan;
    private bool wasChecked;
    private Task? runningCheck;

    /// <summary>
    /// Finds the credential whose token begins with this prefix, in the cache or else in the database. A prefix that no
    /// credential has is not cached, because guesses could fill the cache.
    /// </summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="ip">The address that the token came from.</param>
    /// <param name="cancellation">Cancelled when the caller is gone. Whoever waits then leaves the line.</param>
    /// <returns>The credential, or <c>null</c> if there is none; and whether it was looked up in the database.</returns>
    /// <exception cref="RequestException">
    /// RATE_LIMITED: too many look-ups of the address wait. UNAVAILABLE: this one waited too long while others ran.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async ValueTask<(CachedCredential? Credential, bool WasRead)> FindAsync(string prefix, string? ip, CancellationToken cancellation)
    {
        var current = await CurrentAsync();
        if (current.Credentials.TryGetValue(prefix, out var credential))
        {
            return (credential, false);
        }

        using var place = await lookups.EnterAsync(CredentialKey.OfAddress(ip), cancellation);
        // The database is read after the check began. If the credential changes after this read, the next check finds another
        // count.
        var found = await ReadFreshAsync(prefix, ReadAsync);
        if (found is not null && current.Credentials.Count < MaxEntries)
        {
            current.Credentials.TryAdd(prefix, found);
        }

        return (found, true);
    }

    /// <summary>Does the work of looking up a prefix that is not cached.</summary>
    /// <exception cref="RequestException">
    /// RATE_LIMITED: too many look-ups of the address wait. UNAVAILABLE: this one waited too long while others ran.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async ValueTask LookUpAsync(string prefix, string? ip, CancellationToken cancellation)
    {
        using var place = await lookups.EnterAsync(CredentialKey.OfAddress(ip), cancellation);
        await ReadAsync(prefix);
    }

    private ValueTask<CachedCredential?> ReadAsync(string prefix) => database.ReadAsync(prefix, static async (session, prefix) =>
        await CredentialTable.FindByPrefixAsync(session, prefix) is { } found ? new CachedCredential(found.Row, found.IsAllowed) : null);

    /// <summary>Whether a workspace is on the allowlist.</summary>
    public async ValueTask<bool> IsAllowedAsync(string workspaceId)
    {
        var current = await CurrentAsync();
        if (!current.Workspaces.TryGetValue(workspaceId, out var isAllowed))
        {
            isAllowed = await ReadFreshAsync(
                workspaceId, id => database.ReadAsync(id, static (session, id) => WorkspaceTable.IsAllowedAsync(session, id)));
            if (current.Workspaces.Count < MaxEntries)
            {
                current.Workspaces.TryAdd(workspaceId, isAllowed);
            }
        }

        return isAllowed;
    }

    // The result of a slow read may be older than S22 allows, and no check follows before it is used. So a slow read is repeated.
    private async ValueTask<T> ReadFreshAsync<T>(string id, Func<string, ValueTask<T>> read)
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

    private async ValueTask<CachedAccess> CurrentAsync()
    {
        while (true)
        {
            Task check;
            lock (gate)
            {
                if (wasChecked && time.GetElapsedTime(lastCheckBegan) < TrustedFor)
                {
                    return cached;
                }

                check = runningCheck ??= CheckAsync();
            }

            // A check that took too long is not trusted: the loop then begins another check.
            await check;
        }
    }

    private async Task CheckAsync()
    {
        // The caller holds the lock: leave it before anything else happens.
        await Task.Yield();
        try
        {
            var began = time.GetTimestamp();
            var changes = await database.ReadAsync(static session => InstallationTable.ReadAccessCounterAsync(session));
            lock (gate)
            {
                if (cached.Changes != changes)
                {
                    cached = new CachedAccess(changes);
                }

                (lastCheckBegan, wasChecked) = (began, true);
            }
        }
        finally
        {
            lock (gate)
            {
                runningCheck = null;
            }
        }
    }

    /// <summary>The entries that were cached under one value of the change counter.</summary>
    private sealed class CachedAccess(long changes)
    {
        public long Changes { get; } = changes;

        public ConcurrentDictionary<string, CachedCredential> Credentials { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, bool> Workspaces { get; } = new(StringComparer.Ordinal);
    }
}
