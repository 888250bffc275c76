using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// The earlier values that a restore brings back, each sealed under a new data key (S4) for the version that it will most
/// likely become. They are opened one by one and zeroed at once; only where others wrote meanwhile are they kept until the
/// end, so that the next attempt can seal by the writer whatever moves then.
/// </summary>
internal sealed class ResealedVersions(Database database, SecretOpener opener, PlaintextBudget budget) : IDisposable
{
    // Of rows, so that no more old ciphertext is in memory at a time.
    private const int RowsAtOnce = 50;

    private readonly Dictionary<string, Resealed> byId = new(StringComparer.Ordinal);

    /// <summary>What of a plan must be opened still.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="keepsValues">Whether all values of then are to be kept, also of what is as it was: it may be so no longer.</param>
    public IReadOnlyList<SecretRow> Missing(RestorePlan plan, bool keepsValues)
    {
        var restored = plan.Restored.ToDictionary(change => change.SecretId, StringComparer.Ordinal);
        return
        [
            .. plan.Then.Where(secret => keepsValues
                ? byId.GetValueOrDefault(secret.Id)?.Value is null
                : restored.TryGetValue(secret.Id, out var change) && Find(change, plan.Kek.Id) is null),
        ];
    }

    /// <summary>Opens these, and seals those of them that the plan restores.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: too many are in memory; INTEGRITY_ERROR, recorded.</exception>
    public async ValueTask SealAsync(
        Caller caller, RestorePlan plan, LeasedKek kek, IReadOnlyList<SecretRow> missing, bool keepsValues)
    {
        var restored = plan.Restored.ToDictionary(change => change.SecretId, StringComparer.Ordinal);
        foreach (var secrets in missing.Chunk(RowsAtOnce))
        {
            // One that was deleted meanwhile is not in the next plan.
            foreach (var row in await LoadAsync(caller, secrets))
            {
                if (await opener.TryOpenAsync(caller, row, AuditActions.EnvironmentRestore) is not { } opened)
                {
                    continue;
                }

                var resealed = Keep(row.Secret.Id, opened);
                resealed.Lease = budget.Take((keepsValues ? 2L : 1L) * row.Ciphertext.Length);
                if (restored.TryGetValue(row.Secret.Id, out var change))
                {
                    Seal(resealed, plan, kek, change);
                }

                if (!keepsValues)
                {
                    resealed.ForgetValue();
                }
            }
        }
    }

    /// <summary>How many of a plan's versions must be sealed by the writer; null where some can't be.</summary>
    public int? CountMoved(RestorePlan plan, LeasedKek kek)
    {
        var moved = plan.Restored.Where(change => Find(change, kek.Id) is null).ToList();
        return moved.TrueForAll(change => byId.GetValueOrDefault(change.SecretId)?.Value is not null) ? moved.Count : null;
    }

    /// <summary>The versions of a plan; those that moved are sealed here.</summary>
    public List<NewVersion> Take(Caller caller, RestorePlan plan, LeasedKek kek, string? comment) =>
    [
        .. from change in plan.Restored
           let boxes = Find(change, kek.Id) ?? Seal(byId[change.SecretId], plan, kek, change)
           select new NewVersion(
               change.SecretId, change.Key, change.Version!.Value, kek.Id, boxes.WrappedDataKey, boxes.Ciphertext,
               VersionKinds.Restored, caller.ActorId, comment),
    ];

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

    private static SealedVersion Seal(Resealed resealed, RestorePlan plan, LeasedKek kek, RestoreChange change)
    {
        var boxes = kek.Seal(plan.Environment, change.SecretId, change.Version!.Value, resealed.Value!.Span);
        (resealed.Version, resealed.KekId, resealed.Boxes) = (change.Version.Value, kek.Id, boxes);
        return boxes;
    }

    private ValueTask<List<SealedVersionRow>> LoadAsync(Caller caller, SecretRow[] secrets) =>
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

    // From here on it is disposed of with all the others.
    private Resealed Keep(string secretId, RevealedValue opened)
    {
        if (byId.Remove(secretId, out var before))
        {
            before.Dispose();
        }

        return byId[secretId] = new Resealed(opened.Value);
    }

    private sealed class Resealed(PinnedBuffer value) : IDisposable
    {
        public PinnedBuffer? Value { get; private set; } = value;

        public int Version { get; set; }

        public string? KekId { get; set; }

        public SealedVersion? Boxes { get; set; }

        public IDisposable? Lease { get; set; }

        public void ForgetValue()
        {
            Value?.Dispose();
            Value = null;
        }

        public void Dispose()
        {
            ForgetValue();
            Lease?.Dispose();
        }
    }
}
