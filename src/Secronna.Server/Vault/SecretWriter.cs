using System.Text.Json.Serialization.Metadata;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Mints versions (S12): sealed ahead for the numbers they will most likely get, then written with their pointers, the
/// environment's instant and their audit entries in one transaction.
/// </summary>
internal sealed class SecretWriter(
    Database database, KekReservations keks, Authorization authorization, LimitSettings limits, TimeProvider time)
{
    // Sealing takes longer than writing: few versions are sealed by the writer, and many only when planning was in vain.
    private const int MostSealedByWriter = 8;
    private const int Attempts = 4;

    private static JsonTypeInfo<IReadOnlyList<WrittenResponse>> Json => ProtocolJson.Default.IReadOnlyListWrittenResponse;

    /// <summary>Gives a secret the value of an earlier version of it again, which the caller may do, as its next version.</summary>
    public async Task<WrittenResponse> RollBackAsync(
        Caller caller, SecretRow secret, PinnedBuffer value, string? comment, Idempotency? idempotency)
    {
        var write = new SecretWrite(secret.Key, value, null, comment) { RollsBack = secret.Id };
        return (await WriteAsync(caller, secret.EnvironmentId, [write], idempotency))[0];
    }

    /// <summary>What a request that this one repeats was answered with; null where there is none yet.</summary>
    /// <exception cref="RequestException">CONFLICT: that one had another body.</exception>
    public static ValueTask<IReadOnlyList<WrittenResponse>?> FindFirstAnswerAsync(Session session, Idempotency idempotency) =>
        idempotency.FindFirstAnswerAsync(session, Json);

    /// <summary>
    /// Writes all or nothing at one instant, for a caller whose permission was checked. A repeat of a request that was done
    /// writes nothing and gets the first answer.
    /// </summary>
    /// <returns>The versions, in the order of the writes.</returns>
    public async Task<IReadOnlyList<WrittenResponse>> WriteAsync(
        Caller caller, string environmentId, IReadOnlyList<SecretWrite> writes, Idempotency? idempotency)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (environment, planned) = await PlanAsync(caller, environmentId, writes, idempotency);
            var plan = planned ?? throw await RefuseAsync(caller, environmentId, environment, writes[0]);
            var mostMoved = attempt < Attempts ? MostSealedByWriter : int.MaxValue;
            if (await TryWriteAsync(caller, plan, mostMoved) is not { } done)
            {
                // The KEK was replaced meanwhile, what is rolled back is gone, or most of the plan is out of date: plan anew.
                continue;
            }

            await EnvironmentInstant.PassAsync(database, time, done.Change);
            ServerMetrics.Written(done.Count);
            return done.Written;
        }
    }

    private Task<RequestException> RefuseAsync(
        Caller caller, string environmentId, EnvironmentRow? environment, SecretWrite write) => write.RollsBack is { } secretId
        ? authorization.RefusedAsync(caller, write.Operation, environment, Errors.NotFound("secret"), secretId)
        : authorization.RefusedAsync(caller, write.Operation, environment, Errors.NotFound("environment"), environmentId);

    // The environment also where the caller may not write these keys in it: then there is no plan.
    private async Task<(EnvironmentRow? Environment, WritePlan? Plan)> PlanAsync(
        Caller caller, string environmentId, IReadOnlyList<SecretWrite> writes, Idempotency? idempotency) =>
        await database.ReadAsync((caller, environmentId, writes, idempotency, time), static async (session, it) =>
        {
            var found = await EnvironmentTable.FindAsync(session, it.caller.WorkspaceId, it.environmentId);
            if (found is not { } environment
                || !it.writes.All(write => it.caller.MayTouch(GrantActions.Write, environment, write.Key))
                || await KekTable.FindActiveAsync(session, environment.ProjectId) is not { } kek)
            {
                return (found, (WritePlan?)null);
            }

            var versions = new List<PlannedVersion>(it.writes.Count);
            foreach (var write in it.writes)
            {
                var current = await SecretTable.FindCurrentAsync(session, environment.Id, write.Key);
                if (!write.IsFor(current))
                {
                    return (found, null);
                }

                versions.Add(new PlannedVersion(
                    write,
                    current?.Id ?? Ids.New(Ids.Secret, it.time.GetUtcNow()),
                    (current?.CurrentVersion ?? 0) + 1));
            }

            return (found, new WritePlan(environment, kek, versions, it.idempotency));
        });

    private async Task<WriteDone?> TryWriteAsync(Caller caller, WritePlan plan, int mostMoved)
    {
        using var kek = await keks.LeaseAsync(
            caller, plan.Kek, plan.Versions.Count, () => plan.Versions.Select(version => Entry(caller, plan.Environment, version)));
        if (kek is null)
        {
            return null;
        }

        foreach (var version in plan.Versions)
        {
            version.Seal(kek, plan.Environment);
        }

        return await database.WriteAsync((this, caller, plan, kek, mostMoved), static (transaction, it) =>
            it.Item1.RunAsync(transaction, it.caller, it.plan, it.kek, it.mostMoved), weight: plan.Versions.Count);
    }

    /// <summary>
    /// The transaction's part; null, with no version minted, when the KEK is no longer active (S9) or more than so many
    /// versions would have to be sealed here, where every other writer waits.
    /// </summary>
    private async ValueTask<WriteDone?> RunAsync(
        Transaction transaction, Caller caller, WritePlan plan, LeasedKek kek, int mostMoved)
    {
        if (await EnvironmentInstant.TakeAsync(transaction, caller, plan.Environment.Id) is not { } change)
        {
            return null;
        }

        if (plan.Idempotency is not null && await plan.Idempotency.FindFirstAnswerAsync(transaction, Json) is { } first)
        {
            return new WriteDone(change, first, 0);
        }

        var currents = new List<(string Id, int CurrentVersion)?>(plan.Versions.Count);
        foreach (var version in plan.Versions)
        {
            currents.Add(await SecretTable.FindCurrentAsync(transaction, plan.Environment.Id, version.Write.Key));
        }

        if (plan.Versions.Where((version, i) => !version.Write.IsFor(currents[i])).Any())
        {
            return null;
        }

        var moved = plan.Versions.Where((version, i) => version.WasMoved || !version.IsNextOf(currents[i])).Count();
        if (moved > mostMoved || !await KekRotation.LockAsync(transaction, kek.Id, moved))
        {
            return null;
        }

        var rows = new List<NewVersion>(plan.Versions.Count);
        foreach (var (version, current) in plan.Versions.Zip(currents))
        {
            RequireExpected(caller, plan.Environment, version.Write, current?.CurrentVersion ?? 0);
            SealAnewIfMoved(version, current, kek, plan.Environment);
            rows.Add(version.ToRow(kek, caller));
            transaction.Audit.Append(Entry(caller, plan.Environment, version));
        }

        RequireRoom(change.SecretCount, currents.Count(current => current is null));
        await VersionTable.MintAsync(transaction, plan.Environment, rows, change.Instant);
        IReadOnlyList<WrittenResponse> written = [.. rows.Select(row => new WrittenResponse(row.SecretId, row.Key, row.Version))];
        if (plan.Idempotency is not null)
        {
            await plan.Idempotency.KeepAsync(transaction, written, Json);
        }

        return new WriteDone(change, written, written.Count);
    }

    // The number is part of what is sealed (S6); another writer of the key came first.
    private void SealAnewIfMoved(
        PlannedVersion version, (string Id, int CurrentVersion)? current, LeasedKek kek, EnvironmentRow environment)
    {
        if (version.IsNextOf(current))
        {
            return;
        }

        // One that was planned for a secret that was deleted meanwhile needs a new id: the old is its tombstone's (S15).
        version.MoveTo(current?.Id ?? Ids.New(Ids.Secret, time.GetUtcNow()), (current?.CurrentVersion ?? 0) + 1);
        version.Seal(kek, environment);
    }

    // Who may only write is not told which version there is.
    private static void RequireExpected(Caller caller, EnvironmentRow environment, SecretWrite write, int current)
    {
        if (write.ExpectedVersion is { } expected && expected != current)
        {
            throw Errors.VersionConflict(
                write.Key, expected, caller.MayTouch(GrantActions.List | GrantActions.Reveal, environment, write.Key) ? current : null);
        }
    }

    private void RequireRoom(int count, int added)
    {
        if (added > 0 && count + added > limits.EnvironmentKeys)
        {
            throw Errors.EnvironmentFull(limits.EnvironmentKeys);
        }
    }

    private AuditEntry Entry(Caller caller, EnvironmentRow environment, PlannedVersion version) =>
        AuditRecord.Of(caller, time, version.Write.Operation) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            SecretId = version.SecretId,
            Key = version.Write.Key,
            Path = $"{environment.ProjectSlug}/{environment.Slug}/{version.Write.Key}",
            Version = version.Version,
        };
}
