using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// The earlier values that a restore brings back. Each value is sealed under a new data key (S4), for the version number that it
/// will most likely get. The first attempt opens values one by one and zeroes each value at once. Later attempts keep the values
/// until the restore is done. Then a value whose version number changed can be sealed again inside the transaction.
/// </summary>
internal sealed class ResealedVersions(Database database, SecretOpener opener, PlaintextBudget budget) : IDisposable
{
    // Bounds the ciphertexts that are in memory at a time.
    private const int RowsPerRead = 50;

    private readonly Dictionary<string, ResealedVersion> byId = new(StringComparer.Ordinal);

    /// <summary>The plan's secrets that must still be opened.</summary>
    /// <param name="plan">What the restore has to do.</param>
    /// <param name="keepsValues">
    /// Whether to keep the values of all secrets. This includes secrets that need no new version now, because they may need one
    /// by the time of the transaction.
    /// </param>
    public IReadOnlyList<SecretRow> Missing(RestorePlan plan, bool keepsValues)
    {
        var restored = plan.Restored.ToDictionary(change => change.SecretId, StringComparer.Ordinal);
        return
        [
            .. plan.Restorable.Where(secret => keepsValues
                ? byId.GetValueOrDefault(secret.Id)?.Value is null
                : restored.TryGetValue(secret.Id, out var change) && Find(change, plan.Kek.Id) is null),
        ];
    }

    /// <summary>Opens secrets, and seals those that the plan restores. A secret that was deleted meanwhile is skipped.</summary>
    /// <exception cref="RequestException">
    /// RATE_LIMITED or UNAVAILABLE: the plaintext budget is used up. INTEGRITY_ERROR: a value does not open; the failure is recorded.
    /// </exception>
    public async ValueTask SealAsync(
        Caller caller, RestorePlan plan, LeasedKek kek, IReadOnlyList<SecretRow> missing, bool keepsValues)
    {
        var restored = plan.Restored.ToDictionary(change => change.SecretId, StringComparer.Ordinal);
        foreach (var secrets in missing.Chunk(RowsPerRead))
        {
            foreach (var row in await ReadAsync(caller, secrets))
            {
                // `null` means that the secret was deleted meanwhile. The next plan will not contain it.
                if (await opener.TryOpenAsync(caller, row, AuditActions.EnvironmentRestore) is { } opened)
                {
                    Seal(Add(caller, row, opened, keepsValues), plan, kek, restored.GetValueOrDefault(row.Secret.Id), keepsValues);
                }
            }
        }
    }

    /// <summary>
    /// Counts the versions of a plan that must be sealed again inside the transaction, and those that already were: the
    /// transaction may have been undone, and with it the count of their wraps (S7).
    /// </summary>
    /// <returns>The count; <c>null</c> when the value of such a version was not kept.</returns>
    public int? CountToSealAgain(RestorePlan plan, LeasedKek kek)
    {
        var unsealed = plan.Restored
            .Where(change => Find(change, kek.Id) is null || byId[change.SecretId].WasSealedInTransaction).ToList();
        return unsealed.TrueForAll(change => byId.GetValueOrDefault(change.SecretId)?.Value is not null) ? unsealed.Count : null;
    }

    /// <summary>
    /// The versions that a plan mints. This method seals the versions that <see cref="CountToSealAgain"/> counts.
    /// </summary>
    public List<NewVersion> ToVersions(Caller caller, RestorePlan plan, LeasedKek kek, string? comment) =>
    [
        .. from change in plan.Restored
           let boxes = Find(change, kek.Id) ?? SealInTransaction(byId[change.SecretId], plan, kek, change)
           select new NewVersion(
               change.SecretId, change.Key, change.Version!.Value, kek.Id, boxes.WrappedDataKey, boxes.Ciphertext,
               VersionKinds.Restored, caller.ActorId, comment),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var resealed in byId.Values)
        {
            resealed.Dispose();
        }

        byId.Clear();
    }

    private SealedVersion? Find(RestoreChange change, string kekId) =>
        byId.GetValueOrDefault(change.SecretId) is { } found && found.Version == change.Version && found.KekId == kekId
            ? found.Boxes
            : null;

    private static void Seal(ResealedVersion resealed, RestorePlan plan, LeasedKek kek, RestoreChange? change, bool keepsValues)
    {
        if (change is not null)
        {
            Seal(resealed, plan, kek, change);
        }

        if (!keepsValues)
        {
            resealed.ForgetValue();
        }
    }

    private static SealedVersion SealInTransaction(
        ResealedVersion resealed, RestorePlan plan, LeasedKek kek, RestoreChange change)
    {
        resealed.WasSealedInTransaction = true;
        return Seal(resealed, plan, kek, change);
    }

    private static SealedVersion Seal(ResealedVersion resealed, RestorePlan plan, LeasedKek kek, RestoreChange change)
    {
        var version = change.Version!.Value;
        var boxes = kek.Seal(plan.Environment, change.SecretId, change.Key, version, resealed.Value!.Span);
        resealed.SetSealed(version, kek.Id, boxes);
        return boxes;
    }

    private ValueTask<List<SealedVersionRow>> ReadAsync(Caller caller, SecretRow[] secrets) =>
        database.ReadAsync(async session =>
        {
            var rows = new List<SealedVersionRow>();
            foreach (var secret in secrets)
            {
                if (await VersionTable.FindSealedAsync(session, caller.WorkspaceId, secret.Id, secret.CurrentVersion) is { } row)
                {
                    rows.Add(row);
                }
            }

            return rows;
        });

    // From here on this object disposes the value, even if the budget refuses the value's memory.
    private ResealedVersion Add(Caller caller, SealedVersionRow row, RevealedValue opened, bool keepsValues)
    {
        if (byId.Remove(row.Secret.Id, out var before))
        {
            before.Dispose();
        }

        var added = byId[row.Secret.Id] = new ResealedVersion(opened.Value);
        added.Lease = budget.Take(caller, (keepsValues ? 2L : 1L) * row.Ciphertext.Length);
        return added;
    }
}
