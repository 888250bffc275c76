using System.Security.Cryptography;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>One side of a comparison: an environment at an instant.</summary>
/// <param name="Name">The environment.</param>
/// <param name="At">The instant; <c>null</c> is now.</param>
internal sealed record ComparedSide(EnvironmentReference Name, Instant? At);

/// <summary>
/// Finds the keys in which two environments differ. The comparison is recorded durably before any value is opened. Values are
/// opened in pairs, compared in constant time and zeroed. The answer holds no part of a value (S16). The entries name the instants,
/// and the keys that both sides have.
/// </summary>
internal sealed class CompareService(
    Database database, SecretOpener opener, Authorization authorization, RateLimits rates, PlaintextBudget budget, TimeProvider time)
{
    // Bounds the ciphertexts that are in memory at a time.
    private const int PairsPerRead = 16;

    // Each pair has two ciphertexts and two opened values.
    private const long MaxBytesInMemory = 4L * PairsPerRead * Limits.ValueBytes;

    /// <summary>Compares the keys that the caller may reveal in both environments, ordered by key.</summary>
    /// <exception cref="RequestException">NOT_FOUND, RATE_LIMITED, UNAVAILABLE or INTEGRITY_ERROR.</exception>
    public async Task<IReadOnlyList<CompareResponse>> CompareAsync(Caller caller, ComparedSide here, ComparedSide there)
    {
        await authorization.DemandAsync(caller, Operations.CompareEnvironments);
        await EnvironmentInstant.SettleAsync(database, caller, here.Name, here.At, GrantActions.Reveal);
        await EnvironmentInstant.SettleAsync(database, caller, there.Name, there.At, GrantActions.Reveal, "withAt");
        var (left, right) = await database.ReadSnapshotAsync((caller, here, there), static async (session, state) =>
            (await ReadAsync(session, state.caller, state.here), await ReadAsync(session, state.caller, state.there)), caller.Aborted);
        var hereRow = await RequireAsync(caller, here, left.Found, "environment");
        var thereRow = await RequireAsync(caller, there, right.Found, "environment to compare with");

        var keys = ComparedKey.Pair(left.Secrets, right.Secrets);
        var unknown = keys.Where(key => key.Result is null).ToList();
        List<string> shared = [.. keys.Where(key => key is { Here: not null, There: not null }).Select(key => key.Key)];
        List<TrailEntry> entries =
        [
            .. Entries(caller, (hereRow, here.At), (thereRow, there.At), shared),
            .. Entries(caller, (thereRow, there.At), (hereRow, here.At), shared),
        ];
        if ((rates.TakeReveals(caller, 2 * unknown.Count) ?? rates.TakeWrite(caller, WriteShare.OfEntries(entries))) is { } limited)
        {
            throw await authorization.RefusedAsync(
                caller, Operations.CompareEnvironments, hereRow, limited, here.Name.ToString());
        }

        using var lease = budget.Take(caller, MaxBytesInMemory);
        await database.AppendAsync(entries);
        foreach (var pairs in unknown.Chunk(PairsPerRead))
        {
            await CompareAsync(caller, pairs);
        }

        return [.. keys.Select(key => new CompareResponse(key.Key, key.Result!))];
    }

    private static async ValueTask<(EnvironmentRow? Found, List<SecretRow> Secrets)> ReadAsync(
        Session session, Caller caller, ComparedSide side)
    {
        var found = await side.Name.FindAsync(session, caller.WorkspaceId);
        return found.VisibleTo(caller, GrantActions.Reveal) is { } environment
            ? (found, await GrantedLists.SecretsAsync(
                session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys, side.At))
            : (found, []);
    }

    private async ValueTask<EnvironmentRow> RequireAsync(Caller caller, ComparedSide side, EnvironmentRow? found, string name) =>
        found.VisibleTo(caller, GrantActions.Reveal) ?? throw await authorization.RefusedAsync(
            caller.AimedAt(side.Name.Target), Operations.CompareEnvironments, found,
            caller.RefusalIn(GrantActions.Reveal, found, name), side.Name.ToString());

    private async Task CompareAsync(Caller caller, ComparedKey[] pairs)
    {
        var rows = await database.ReadAsync(async session =>
        {
            var rows = new List<(SealedVersionRow? Here, SealedVersionRow? There)>();
            foreach (var pair in pairs)
            {
                rows.Add((await FindAsync(session, caller, pair.Here!), await FindAsync(session, caller, pair.There!)));
            }

            return rows;
        }, caller.Aborted);
        foreach (var (pair, (here, there)) in pairs.Zip(rows))
        {
            // A value that was deleted meanwhile can't be compared and counts as different.
            var isSame = here is not null && there is not null && await AreSameAsync(caller, here, there);
            pair.Result = isSame ? CompareResults.Same : CompareResults.Different;
        }
    }

    private static ValueTask<SealedVersionRow?> FindAsync(Session session, Caller caller, SecretRow secret) =>
        VersionTable.FindSealedAsync(session, caller.WorkspaceId, secret.Id, secret.CurrentVersion);

    private async ValueTask<bool> AreSameAsync(Caller caller, SealedVersionRow here, SealedVersionRow there)
    {
        using var left = await opener.TryOpenAsync(caller, here, Operations.CompareEnvironments.AuditAction!);
        using var right = await opener.TryOpenAsync(caller, there, Operations.CompareEnvironments.AuditAction!);
        return left is not null && right is not null && CryptographicOperations.FixedTimeEquals(left.Value.Span, right.Value.Span);
    }

    // Each side has entries of its own, so that whoever looks for one of the environments finds the comparison. A side that the
    // request gave no instant stood, in the snapshot, as since its last change.
    private IEnumerable<TrailEntry> Entries(
        Caller caller, (EnvironmentRow Row, Instant? At) side, (EnvironmentRow Row, Instant? At) with, IReadOnlyList<string> keys) =>
        AuditDetails.OfComparison(
            AuditRecord.Of(caller, time, Operations.CompareEnvironments) with
            {
                ProjectId = side.Row.ProjectId,
                EnvironmentId = side.Row.Id,
                Name = side.Row.Name,
            },
            new AuditMetadata { At = InstantOf(side), With = with.Row.Id, WithAt = InstantOf(with) }, keys);

    private static Instant InstantOf((EnvironmentRow Row, Instant? At) side) => side.At ?? new Instant(side.Row.ChangedAt);
}
