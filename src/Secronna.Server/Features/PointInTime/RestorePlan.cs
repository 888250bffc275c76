using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>The plan of a restore: the work that brings an environment back to an instant.</summary>
/// <param name="Environment">The environment as it was read for the plan.</param>
/// <param name="Kek">The project's active KEK. The new versions are sealed under it.</param>
/// <param name="Restorable">
/// The secrets that existed then and still exist, with the version that was current then. Secrets whose version of then was
/// destroyed are left out.
/// </param>
/// <param name="Pruned">The secrets to delete. They were created after the instant.</param>
/// <param name="Changes">What happens to each key that the caller may write and reveal. The restore touches no other key.</param>
internal sealed record RestorePlan(
    EnvironmentRow Environment, KekRow Kek, IReadOnlyList<SecretRow> Restorable, IReadOnlyList<SecretRow> Pruned,
    IReadOnlyList<RestoreChange> Changes)
{
    /// <summary>The changes that mint a version.</summary>
    public IReadOnlyList<RestoreChange> Restored { get; } = [.. Changes.Where(change => change.Result == RestoreResults.Restored)];

    /// <summary>Bytes of the values in the versions to mint.</summary>
    public long RestoredBytes
    {
        get
        {
            var restored = Restored.Select(change => change.SecretId).ToHashSet(StringComparer.Ordinal);
            return BytesOf(Restorable.Where(secret => restored.Contains(secret.Id)));
        }
    }

    /// <summary>Bytes of the values of all restorable secrets.</summary>
    public long RestorableBytes => BytesOf(Restorable);

    /// <summary>The answer to the caller that gave the order.</summary>
    public RestoreResponse Respond(RestoreOrder order) => new(order.At, order.IsDryRun, Changes);

    /// <summary>Leaves out of the answer to an earlier order what the caller may not restore now (S32).</summary>
    public RestoreResponse Cut(RestoreResponse first, Caller caller) => first with
    {
        Changes =
        [
            .. first.Changes.Where(change => caller.MayTouch(GrantActions.Reveal, Environment, change.Key)
                && caller.MayTouch(GrantActions.Write, Environment, change.Key)),
        ],
    };

    /// <summary>Reads an environment and plans a restore of it.</summary>
    /// <returns>
    /// The environment, if it exists in the caller's workspace, and the plan. The plan is <c>null</c> when the environment does
    /// not exist, when the caller may not restore it, or when its project was deleted.
    /// </returns>
    public static async ValueTask<(EnvironmentRow? Found, RestorePlan? Plan)> ReadAsync(
        Session session, Caller caller, string environmentId, RestoreOrder order)
    {
        var found = await EnvironmentTable.FindAsync(session, caller.WorkspaceId, environmentId);
        if (VisibleTo(caller, found, order) is not { } environment
            || await KekTable.FindActiveAsync(session, environment.ProjectId) is not { } kek)
        {
            return (found, null);
        }

        var then = await ListAsync(session, caller, environment, order.At);
        var now = await ListAsync(session, caller, environment, null);
        return (found, Compute(environment, kek, then, now, secret => order.Prunes && MayDelete(caller, secret)));
    }

    /// <summary>
    /// Compares the secrets of an instant with the current ones. Changes are ordered by key; where a deleted and a current
    /// secret share a key, the deleted one comes first.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <param name="kek">The project's active KEK.</param>
    /// <param name="then">The secrets at the instant, with the version that was current then.</param>
    /// <param name="now">The current secrets.</param>
    /// <param name="isPruned">Decides whether to delete a secret that was created after the instant.</param>
    public static RestorePlan Compute(
        EnvironmentRow environment, KekRow kek, IReadOnlyList<SecretRow> then, IReadOnlyList<SecretRow> now,
        Func<SecretRow, bool> isPruned)
    {
        var currentVersions = now.ToDictionary(secret => secret.Id, secret => secret.CurrentVersion, StringComparer.Ordinal);
        var idsThen = then.Select(secret => secret.Id).ToHashSet(StringComparer.Ordinal);
        var createdSince = now.Where(secret => !idsThen.Contains(secret.Id)).ToLookup(isPruned);
        return new RestorePlan(
            environment, kek,
            [.. then.Where(secret => !secret.IsDestroyed && currentVersions.ContainsKey(secret.Id))], [.. createdSince[true]],
            [
                .. then.Select(secret => ChangeOf(secret, currentVersions))
                    .Concat(createdSince[false].Select(secret => new RestoreChange(secret.Key, secret.Id, RestoreResults.CreatedSince)))
                    .Concat(createdSince[true].Select(secret => new RestoreChange(secret.Key, secret.Id, RestoreResults.Pruned)))
                    .OrderBy(change => change.Key, StringComparer.Ordinal),
            ]);
    }

    private static RestoreChange ChangeOf(SecretRow then, Dictionary<string, int> currentVersions) =>
        !currentVersions.TryGetValue(then.Id, out var version) || then.IsDestroyed
            ? new(then.Key, then.Id, RestoreResults.Unrecoverable)
        : version == then.CurrentVersion ? new(then.Key, then.Id, RestoreResults.Unchanged)
        : new(then.Key, then.Id, RestoreResults.Restored, version, then.CurrentVersion, version + 1);

    private static long BytesOf(IEnumerable<SecretRow> secrets) =>
        secrets.Sum(secret => Math.Max(0L, secret.SealedBytes - Envelope.ValueOverhead));

    /// <summary>The actions that an order needs, each on something in the environment.</summary>
    public static GrantActions ActionsFor(RestoreOrder order) =>
        Operations.RestoreEnvironment.Actions | (order.Prunes ? GrantActions.Delete : GrantActions.None);

    private static EnvironmentRow? VisibleTo(Caller caller, EnvironmentRow? found, RestoreOrder order)
    {
        var needed = ActionsFor(order);
        return found is { } environment
            && (caller.Grants.ActionsOn(environment.ProjectSlug, environment.Slug) & needed) == needed ? environment : null;
    }

    private static bool MayDelete(Caller caller, SecretRow secret) => secret.VisibleTo(caller, GrantActions.Delete) is not null;

    // A restore reveals a value and writes it, so the caller needs both grants on the key.
    private static async ValueTask<List<SecretRow>> ListAsync(
        Session session, Caller caller, EnvironmentRow environment, Instant? at)
    {
        var secrets = await GrantedLists.SecretsAsync(
            session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys, at);
        return [.. secrets.Where(secret => secret.VisibleTo(caller, GrantActions.Write) is not null)];
    }
}
