using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Replaces KEKs, and destroys replaced KEKs that nothing refers to any more (S9).</summary>
internal sealed class KekRotation(
    Database database, KekCreation creation, WrapReservations reservations, KekLeases leases, TimeProvider time)
{
    /// <summary>Reserves wraps of a project's KEK (S7). If the KEK may have no more wraps, makes the project a new KEK.</summary>
    /// <returns>False if the wraps were not reserved: the calling code must read the active KEK again.</returns>
    public async ValueTask<bool> ReserveAsync(Caller caller, KekRow kek, int count)
    {
        if (await reservations.TryReserveAsync(kek.Id, count))
        {
            return true;
        }

        await ReplaceAsync(caller, kek);
        return false;
    }

    /// <summary>
    /// Makes the project a new KEK in place of this one (S9). New writes use it at once. The data keys under the old KEK are
    /// re-wrapped in the background.
    /// </summary>
    /// <returns>The new KEK; <c>null</c>, with nothing done, if this KEK is not active any more.</returns>
    public Task<KekRow?> ReplaceAsync(Caller caller, KekRow kek) => creation.CreateAsync(kek.WorkspaceId, kek.ProjectId, next =>
    {
        var entry = AuditRecord.Of(caller, time, Operations.RotateKek) with { ProjectId = kek.ProjectId, TargetId = next.Id };
        return database.WriteAsync(async transaction =>
        {
            if (!await KekRetirement.RetireAsync(transaction, kek.Id))
            {
                return null;
            }

            await KekCreation.InsertAsync(transaction, next);
            transaction.Audit.Append(entry);
            return next;
        });
    });

    /// <summary>Destroys a retiring KEK if nothing refers to it (S9), and records the destruction.</summary>
    /// <returns>False, with nothing done, if something refers to the KEK, or if it is not retiring any more.</returns>
    public async Task<bool> DestroyAsync(KekRow kek)
    {
        var entry = AuditRecord.Of(Caller.Server(kek.WorkspaceId), time, AuditActions.KekDestroy) with
        {
            ProjectId = kek.ProjectId,
            TargetId = kek.Id,
        };
        var isDestroyed = await database.WriteAsync(async transaction =>
        {
            if (!await KekRetirement.DestroyAsync(transaction, kek.Id))
            {
                return false;
            }

            transaction.Audit.Append(entry);
            return true;
        });
        if (isDestroyed)
        {
            Forget([kek.Id]);
            database.EraseDeletedInBackground();
        }

        return isDestroyed;
    }

    /// <summary>Removes destroyed KEKs from this node's memory.</summary>
    public void Forget(IEnumerable<string> kekIds)
    {
        foreach (var id in kekIds)
        {
            leases.Forget(id);
            reservations.Forget(id);
        }
    }
}
