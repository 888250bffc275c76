using System.Collections.Concurrent;
using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Unwrapped KEKs: from the ring, or by way of the master key when the ring misses one.</summary>
internal sealed class KekLeases : IDisposable
{
    private const int KeySize = 32;

    private readonly Database database;
    private readonly MasterKeyRing masterKeys;
    private readonly KeyRing ring;
    private readonly TimeProvider time;
    private readonly long began;

    // Whoever misses the same KEK waits for one call of the provider.
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> flights = new(StringComparer.Ordinal);

    public KekLeases(Database database, MasterKeyRing masterKeys, KeyRing ring, TimeProvider time)
    {
        (this.database, this.masterKeys, this.ring, this.time, began) = (database, masterKeys, ring, time, time.GetTimestamp());
        masterKeys.KeyLost += ring.Clear;
    }

    private TimeSpan Now => time.GetElapsedTime(began);

    /// <summary>The unwrapped KEK.</summary>
    /// <returns>Null when there is no such KEK, or no longer.</returns>
    /// <exception cref="DecryptionException">What is stored of it is not what was wrapped (S6).</exception>
    /// <exception cref="MasterKeyException">Its master key is not here, or does not answer.</exception>
    /// <exception cref="FormatException">It is no KEK's id.</exception>
    public async ValueTask<LeasedKek?> LeaseAsync(string kekId)
    {
        var name = LeasedKek.NameOf(kekId);
        KeyLease? lease;
        while (!ring.TryAcquire(kekId, Now, out lease))
        {
            if (!await FetchAsync(kekId))
            {
                return null;
            }
        }

        return new LeasedKek(kekId, name, lease);
    }

    /// <summary>Whether a KEK unwraps, as it is stored, to the one that is in use.</summary>
    /// <exception cref="MasterKeyException">Its master key is not here, or does not answer.</exception>
    public async ValueTask<bool> IsStoredWholeAsync(KekRow stored)
    {
        using var key = PinnedBuffer.Rent(KeySize);
        try
        {
            using var inUse = await LeaseAsync(stored.Id);
            return await UnwrapAsync(stored, key.Memory) is null
                || inUse is null || CryptographicOperations.FixedTimeEquals(key.Span, inUse.Key);
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Forgets unwrapped KEKs whose time is over.</summary>
    public void ForgetExpired() => ring.RemoveExpired(Now);

    /// <summary>Forgets a KEK that was destroyed.</summary>
    public void Forget(string kekId) => ring.Remove(kekId);

    public void Dispose() => masterKeys.KeyLost -= ring.Clear;

    private async Task<bool> FetchAsync(string kekId)
    {
        var flight = flights.GetOrAdd(kekId, id => new Lazy<Task<bool>>(() => PutIntoRingAsync(id)));
        try
        {
            return await flight.Value;
        }
        finally
        {
            flights.TryRemove(KeyValuePair.Create(kekId, flight));
        }
    }

    /// <summary>Unwraps a KEK into the ring; false when there is no such KEK, or no longer.</summary>
    private async Task<bool> PutIntoRingAsync(string kekId)
    {
        if (await FindAsync(kekId) is not { WrappedKey: not null } row)
        {
            return false;
        }

        using var key = PinnedBuffer.Rent(KeySize);
        if (await UnwrapAsync(row, key.Memory) is not { } masterKeyId)
        {
            return false;
        }

        using var lease = ring.Add(kekId, key.Span, Now);
        try
        {
            return await KeepAsync(kekId, masterKeyId);
        }
        catch
        {
            ring.Remove(kekId);
            throw;
        }
    }

    // Who destroys a KEK, or finds its master key gone, takes it out of the ring after that: one that was put in later must
    // be taken out here.
    private async ValueTask<bool> KeepAsync(string kekId, string masterKeyId)
    {
        if ((await FindAsync(kekId))?.WrappedKey is null)
        {
            ring.Remove(kekId);
            return false;
        }

        if (!masterKeys.Holds(masterKeyId))
        {
            ring.Remove(kekId);
            throw new MasterKeyMissingException(masterKeyId, masterKeys.KeyIds);
        }

        return true;
    }

    /// <summary>Unwraps, and once more where the KEK was put under another master key meanwhile.</summary>
    /// <returns>The master key that it was under; null when it was destroyed meanwhile.</returns>
    private async ValueTask<string?> UnwrapAsync(KekRow row, Memory<byte> key)
    {
        try
        {
            await masterKeys.UnwrapAsync(row, key);
            return row.MasterKeyId;
        }
        catch (Exception exception) when (exception is DecryptionException or MasterKeyMissingException)
        {
            var again = await FindAsync(row.Id);
            if (again?.WrappedKey is null)
            {
                return null;
            }

            if (again.MasterKeyId == row.MasterKeyId)
            {
                throw await IsKnownAsync(row.MasterKeyId) ? exception : new DecryptionException();
            }

            await masterKeys.UnwrapAsync(again, key);
            return again.MasterKeyId;
        }
    }

    // A row that names a master key which the installation never heard of was tampered with (S6).
    private async ValueTask<bool> IsKnownAsync(string masterKeyId) => await database.ReadAsync(
        masterKeyId, static (session, id) => KnownMasterKeyTable.FindAsync(session, id)) is not null;

    private ValueTask<KekRow?> FindAsync(string kekId) =>
        database.ReadAsync(kekId, static (session, id) => KekTable.FindAsync(session, id));
}
