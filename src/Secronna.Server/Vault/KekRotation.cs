using System.Collections.Concurrent;
using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Makes KEKs (S3), counts their wraps in blocks (S7), replaces them and destroys them when nothing refers to them (S9).
/// </summary>
internal sealed class KekRotation(Database database, MasterKeyRing masterKeys, KekLeases leases, TimeProvider time)
{
    private const int KeySize = 32;

    // Counted durably before they are made; what a stop leaves of a block is lost, which errs on the safe side.
    private const int ReservedWraps = 1_024;

    // Each is lost to a rotation of the master key in the moment between wrapping and writing.
    private const int Attempts = 5;

    private readonly ConcurrentDictionary<string, int> reserved = new(StringComparer.Ordinal);

    /// <summary>A new random KEK for a project, wrapped by the active master key.</summary>
    /// <exception cref="MasterKeyException">The master key is not here, or does not answer.</exception>
    private async Task<KekRow> NewAsync(string workspaceId, string projectId)
    {
        var installation = await database.ReadAsync(0, static (session, _) => InstallationTable.FindAsync(session))
            ?? throw new StorageUnavailableException("the installation's row is gone");
        await masterKeys.CheckAsync(installation);
        var now = time.GetUtcNow();
        var id = Ids.New(Ids.Kek, now);
        using var key = PinnedBuffer.Rent(KeySize);
        RandomNumberGenerator.Fill(key.Span);
        var binding = MasterKeyBinding.ForKek(workspaceId, projectId, id, installation.ActiveMasterKeyId);
        var wrapped = await masterKeys.WrapVerifiedAsync(binding, key.Memory);
        return new KekRow(
            id, workspaceId, projectId, installation.ActiveMasterKeyId, wrapped, KekStates.Active, 0,
            Instant.From(now).Microseconds);
    }

    /// <summary>
    /// Makes a project's KEK and has it written; again, with another, where the master key was rotated meanwhile (S8).
    /// </summary>
    public async Task<T> WriteNewAsync<T>(string workspaceId, string projectId, Func<KekRow, Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            var kek = await NewAsync(workspaceId, projectId);
            try
            {
                return await write(kek);
            }
            catch (MasterKeyRotatedException) when (attempt < Attempts)
            {
                // Nothing of it was kept.
            }
            catch (MasterKeyRotatedException)
            {
                throw Errors.Unavailable("the master key is being rotated: try again");
            }
        }
    }

    /// <summary>Adds a KEK in the transaction of <see cref="WriteNewAsync"/>.</summary>
    public static async ValueTask InsertAsync(Transaction transaction, KekRow kek)
    {
        if (!await KekTable.InsertAsync(transaction, kek))
        {
            throw new MasterKeyRotatedException();
        }
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
            KekTable.ReserveWrapsAsync(transaction, it.Id, it.block, KekPolicy.MaxWraps)))
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
        ? KekTable.LockActiveAsync(transaction, kekId)
        : KekTable.ReserveWrapsAsync(transaction, kekId, wraps, KekPolicy.MaxWraps);

    /// <summary>
    /// Makes the project a new KEK in place of this one, which new writes use at once (S9); the old one's data keys are
    /// re-wrapped in the background.
    /// </summary>
    /// <returns>The new KEK; null when this one was not active any more, or the project is gone: then nothing was done.</returns>
    public Task<KekRow?> ReplaceAsync(Caller caller, KekRow kek) => WriteNewAsync(kek.WorkspaceId, kek.ProjectId, async next =>
    {
        var entry = AuditRecord.Of(caller, time, AuditActions.KekRotate) with { ProjectId = kek.ProjectId, TargetId = next.Id };
        return await database.WriteAsync((kek, next, entry), static async (transaction, it) =>
        {
            if (!await KekRetirement.RetireAsync(transaction, it.kek.Id))
            {
                return null;
            }

            await InsertAsync(transaction, it.next);
            transaction.Audit.Append(it.entry);
            return it.next;
        });
    });

    /// <summary>Destroys a retiring KEK if nothing refers to it (S9), and records it.</summary>
    public async Task<bool> DestroyAsync(KekRow kek)
    {
        var entry = AuditRecord.Of(Caller.Server(kek.WorkspaceId), time, AuditActions.KekDestroy) with
        {
            ProjectId = kek.ProjectId,
            TargetId = kek.Id,
        };
        var isDestroyed = await database.WriteAsync((kek.Id, entry), static async (transaction, it) =>
        {
            var isDestroyed = await KekRetirement.DestroyAsync(transaction, it.Id);
            if (isDestroyed)
            {
                transaction.Audit.Append(it.entry);
            }

            return isDestroyed;
        });
        if (isDestroyed)
        {
            Forget([kek.Id]);
            database.EraseDeletedInBackground();
        }

        return isDestroyed;
    }

    /// <summary>Forgets KEKs that were destroyed.</summary>
    public void Forget(IEnumerable<string> kekIds)
    {
        foreach (var id in kekIds)
        {
            leases.Forget(id);
            reserved.TryRemove(id, out _);
        }
    }

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
}

/// <summary>Another master key became the active one after a KEK was wrapped, and before it was added.</summary>
internal sealed class MasterKeyRotatedException() : Exception("another master key is active now");
