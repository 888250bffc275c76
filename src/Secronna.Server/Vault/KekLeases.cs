using System.Collections.Concurrent;
using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Leases unwrapped KEKs from the key ring. A KEK that the ring doesn't hold is unwrapped by its master key first.
/// </summary>
internal sealed class KekLeases : IDisposable
{
    private readonly StoredKeks stored;
    private readonly MasterKeyRing masterKeys;
    private readonly KeyRing ring;
    private readonly TimeProvider time;
    private readonly long began;

    // If several requests need the same KEK and the ring doesn't hold it, they share one call to the master key's provider.
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> runningFetches = new(StringComparer.Ordinal);

    public KekLeases(Database database, MasterKeyRing masterKeys, KeyRing ring, TimeProvider time)
    {
        stored = new StoredKeks(database, masterKeys);
        (this.masterKeys, this.ring, this.time, began) = (masterKeys, ring, time, time.GetTimestamp());
        masterKeys.KeyLost += ring.Clear;
    }

    private TimeSpan Now => time.GetElapsedTime(began);

    /// <summary>Leases a KEK. The caller disposes the lease as soon as the key is no longer needed.</summary>
    /// <returns>The KEK; <c>null</c> if it does not exist or was destroyed.</returns>
    /// <exception cref="DecryptionException">The stored KEK was changed (S6).</exception>
    /// <exception cref="MasterKeyException">The master key is missing, or its provider does not answer.</exception>
    /// <exception cref="FormatException">The text is not the id of a KEK.</exception>
    public async ValueTask<LeasedKek?> LeaseAsync(string kekId)
    {
        var name = LeasedKek.NameOf(kekId);
        KeyLease? lease;
        while (!ring.TryAcquire(kekId, Now, out lease))
        {
            // The key's row is read, and a provider may keep the thread waiting.
            await WriterThread.LeaveAsync();
            if (!await FetchAsync(kekId))
            {
                return null;
            }
        }

        return new LeasedKek(kekId, name, lease);
    }

    /// <summary>
    /// Whether the stored box of a KEK still unwraps to the key that is in use. True as well if the KEK was destroyed meanwhile.
    /// </summary>
    /// <exception cref="MasterKeyException">The master key is missing, or its provider does not answer.</exception>
    public async ValueTask<bool> IsStoredIntactAsync(KekRow row)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        try
        {
            using var inUse = await LeaseAsync(row.Id);
            return await stored.UnwrapAsync(row, key.Memory) is null
                || inUse is null || CryptographicOperations.FixedTimeEquals(key.Span, inUse.Key);
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Removes from the ring the KEKs whose lifetime is over.</summary>
    public void ForgetExpired() => ring.RemoveExpired(Now);

    /// <summary>Removes a KEK from the ring. Code that destroys a KEK must call this after the transaction.</summary>
    public void Forget(string kekId) => ring.Remove(kekId);

    public void Dispose() => masterKeys.KeyLost -= ring.Clear;

    private async Task<bool> FetchAsync(string kekId)
    {
        var fetch = runningFetches.GetOrAdd(kekId, id => new Lazy<Task<bool>>(() => PutIntoRingAsync(id)));
        try
        {
            return await fetch.Value;
        }
        finally
        {
            runningFetches.TryRemove(KeyValuePair.Create(kekId, fetch));
        }
    }

    // False if the KEK does not exist or was destroyed.
    private async Task<bool> PutIntoRingAsync(string kekId)
    {
        if (await stored.FindAsync(kekId) is not { WrappedKey: not null } row)
        {
            return false;
        }

        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        if (await stored.UnwrapAsync(row, key.Memory) is not { } masterKeyId)
        {
            return false;
        }

        using var lease = ring.Add(kekId, key.Span, Now);
        try
        {
            return await IsStillUsableAsync(kekId, masterKeyId);
        }
        catch
        {
            ring.Remove(kekId);
            throw;
        }
    }

    // A KEK is removed from the ring after it was destroyed, or after its master key was found to be gone. That removal may have
    // happened before this method's caller added the KEK. So the KEK's row and master key are checked again here.
    private async ValueTask<bool> IsStillUsableAsync(string kekId, string masterKeyId)
    {
        if ((await stored.FindAsync(kekId))?.WrappedKey is null)
        {
            ring.Remove(kekId);
            return false;
        }

        return masterKeys.Holds(masterKeyId)
            ? true
            : throw new MasterKeyMissingException(masterKeyId, masterKeys.KeyIds);
    }
}
