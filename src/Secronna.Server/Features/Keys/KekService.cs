using System.Collections.Concurrent;
using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Audit;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Keys;

/// <summary>A KEK at hand: its id, its name in boxes, and the unwrapped key for as long as the lease is held.</summary>
internal sealed class LeasedKek(string id, KeyName name, KeyLease lease) : IDisposable
{
    public string Id { get; } = id;

    public KeyName Name { get; } = name;

    public ReadOnlySpan<byte> Key => lease.Key;

    public void Dispose() => lease.Dispose();
}

/// <summary>
/// KEKs (S3): made with their project, unwrapped by the master key when the ring misses them, their wraps counted in
/// blocks and replaced before the count ends (S7).
/// </summary>
internal sealed class KekService(Database database, MasterKeyRing masterKeys, KeyRing ring, TimeProvider time)
{
    private const int KeySize = 32;

    // Counted durably before they are made; what a stop leaves of a block is lost, which errs on the safe side.
    private const int ReservedWraps = 1_024;

    private readonly ConcurrentDictionary<string, int> reserved = new(StringComparer.Ordinal);
    private readonly long began = time.GetTimestamp();

    public static KeyName NameOf(string kekId)
    {
        Span<byte> ulid = stackalloc byte[Ids.UlidSize];
        Ids.UlidBytes(Ids.Kek, kekId, ulid);
        return KeyName.FromBytes(ulid);
    }

    /// <summary>A new random KEK for a project, wrapped by the active master key.</summary>
    public async Task<KekRow> NewAsync(string workspaceId, string projectId)
    {
        var installation = await database.ReadAsync(0, static (session, _) => Installations.FindAsync(session))
            ?? throw new StorageUnavailableException("the installation's row is gone");
        var now = time.GetUtcNow();
        var id = Ids.New(Ids.Kek, now);
        using var key = PinnedBuffer.Rent(KeySize);
        RandomNumberGenerator.Fill(key.Span);
        var binding = MasterKeyBinding.ForKek(workspaceId, projectId, id, installation.ActiveMasterKeyId);
        var wrapped = await masterKeys.WrapAsync(binding, key.Memory);
        return new KekRow(
            id, workspaceId, projectId, installation.ActiveMasterKeyId, wrapped, KekStates.Active, 0,
            Instant.From(now).Microseconds);
    }

    /// <summary>The unwrapped KEK, from the ring or by way of the master key.</summary>
    /// <returns>Null when there is no such KEK, or no longer.</returns>
    /// <exception cref="DecryptionException">What is stored of it is not what was wrapped (S6).</exception>
    /// <exception cref="FormatException">It is no KEK's id.</exception>
    public async ValueTask<LeasedKek?> LeaseAsync(string kekId)
    {
        var name = NameOf(kekId);
        var lease = ring.TryAcquire(kekId, Now, out var present) ? present : await UnwrapAsync(kekId);
        return lease is null ? null : new LeasedKek(kekId, name, lease);
    }

    /// <summary>
    /// Counts so many wraps against the KEK; when its count is at its end, makes the project a new one and says false.
    /// </summary>
    public async Task<bool> ReserveAsync(Caller caller, KekRow kek, int count)
    {
        if (TryTakeReserved(kek.Id, count))
        {
            return true;
        }

        var block = Math.Max(ReservedWraps, count);
        if (!await database.WriteAsync((kek.Id, block), static (transaction, it) =>
            Keks.ReserveWrapsAsync(transaction, it.Id, it.block, KekPolicy.MaxWraps)))
        {
            await ReplaceAsync(caller, kek);
            return false;
        }

        reserved.AddOrUpdate(kek.Id, block - count, (_, left) => left + block - count);
        return true;
    }

    /// <summary>
    /// Holds a KEK for a transaction that writes under it, counting so many further wraps; false when it is not active, or
    /// at its end (S7, S9).
    /// </summary>
    public static ValueTask<bool> LockAsync(Transaction transaction, string kekId, int wraps) => wraps == 0
        ? Keks.LockActiveAsync(transaction, kekId)
        : Keks.ReserveWrapsAsync(transaction, kekId, wraps, KekPolicy.MaxWraps);

    /// <summary>Forgets unwrapped KEKs whose time is over.</summary>
    public void ForgetExpired() => ring.RemoveExpired(Now);

    /// <summary>Forgets KEKs that were destroyed.</summary>
    public void Forget(IEnumerable<string> kekIds)
    {
        foreach (var id in kekIds)
        {
            ring.Remove(id);
            reserved.TryRemove(id, out _);
        }
    }

    /// <summary>A project's KEKs.</summary>
    public async Task<Page<KekResponse>> ListAsync(Caller caller, string projectId, PageRequest page)
    {
        Authorization.Demand(caller, Permission.ManageKeys);
        var rows = await database.ReadAsync((caller.WorkspaceId, projectId, page), static async (session, it) =>
        {
            if (await Storage.Projects.FindAsync(session, it.WorkspaceId, it.projectId) is null)
            {
                throw Errors.NotFound("project");
            }

            var keks = await Keks.ListAsync(session, it.projectId, it.page.After ?? "", it.page.Limit + 1);
            var rows = new List<(KekRow Kek, long Remaining)>();
            foreach (var kek in keks)
            {
                var remaining = kek.State == KekStates.Retiring
                    ? await Keks.CountVersionsAsync(session, it.projectId, kek.Id)
                    : 0;
                rows.Add((kek, remaining));
            }

            return rows;
        });
        return Page<KekResponse>.From(rows, page, row => new KekResponse(
            row.Kek.Id, row.Kek.State, row.Kek.MasterKeyId, new Instant(row.Kek.CreatedAt), row.Kek.Wraps, row.Remaining),
            row => row.Kek.Id);
    }

    private TimeSpan Now => time.GetElapsedTime(began);

    private async ValueTask<KeyLease?> UnwrapAsync(string kekId)
    {
        var row = await FindAsync(kekId);
        if (row?.WrappedKey is null)
        {
            return null;
        }

        using var key = PinnedBuffer.Rent(KeySize);
        await masterKeys.UnwrapAsync(row, key.Memory);
        return await KeepAsync(kekId, ring.Add(kekId, key.Span, Now));
    }

    // Who destroys a KEK takes it out of the ring after that: one that was put in later must be taken out here.
    private async ValueTask<KeyLease?> KeepAsync(string kekId, KeyLease lease)
    {
        try
        {
            if ((await FindAsync(kekId))?.WrappedKey is not null)
            {
                return lease;
            }
        }
        catch
        {
            ring.Remove(kekId);
            lease.Dispose();
            throw;
        }

        ring.Remove(kekId);
        lease.Dispose();
        return null;
    }

    private ValueTask<KekRow?> FindAsync(string kekId) =>
        database.ReadAsync(kekId, static (session, id) => Keks.FindAsync(session, id));

    private bool TryTakeReserved(string kekId, int count)
    {
        while (reserved.TryGetValue(kekId, out var left) && left >= count)
        {
            if (reserved.TryUpdate(kekId, left - count, left))
            {
                return true;
            }
        }

        return false;
    }

    private async Task ReplaceAsync(Caller caller, KekRow kek)
    {
        var next = await NewAsync(kek.WorkspaceId, kek.ProjectId);
        var entry = AuditRecord.Of(caller, time, AuditActions.KekRotate) with { ProjectId = kek.ProjectId, TargetId = next.Id };
        await database.WriteAsync((kek, next, entry), static async (transaction, it) =>
        {
            // Another writer may have been first, or the project may be gone: then there is nothing to replace.
            if (await Keks.RetireAsync(transaction, it.kek.Id))
            {
                await Keks.InsertAsync(transaction, it.next);
                transaction.Audit.Append(it.entry);
            }

            return true;
        });
    }
}
