using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>What a restore is to do.</summary>
/// <param name="At">The instant to go back to.</param>
/// <param name="DryRun">Whether it only says what it would do.</param>
/// <param name="Prune">Whether what was created since is deleted.</param>
/// <param name="Comment">What is said of the versions that it mints.</param>
internal sealed record RestoreOrder(Instant At, bool DryRun, bool Prune, string? Comment);

/// <summary>What brings an environment, as it was read, back to an instant.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Kek">The KEK to seal under.</param>
/// <param name="Then">The secrets of that instant that are still there, whose values can be brought back.</param>
/// <param name="Pruned">The secrets that were created since and are to be deleted.</param>
/// <param name="Changes">What happens to each key that the caller may write and reveal; the others are not touched.</param>
internal sealed record RestorePlan(
    EnvironmentRow Environment, KekRow Kek, IReadOnlyList<SecretRow> Then, IReadOnlyList<SecretRow> Pruned,
    IReadOnlyList<RestoreChange> Changes)
{
    /// <summary>The keys that get a version.</summary>
    public IReadOnlyList<RestoreChange> Restored { get; } = [.. Changes.Where(change => change.Result == RestoreResults.Restored)];

    /// <summary>Bytes of the values that are brought back.</summary>
    public long RestoredBytes
    {
        get
        {
            var restored = Restored.Select(change => change.SecretId).ToHashSet(StringComparer.Ordinal);
            return BytesOf(Then.Where(secret => restored.Contains(secret.Id)));
        }
    }

    /// <summary>Bytes of all values of that instant that can be brought back.</summary>
    public long ThenBytes => BytesOf(Then);

    /// <summary>Reads the plan; without one, the environment where it was found.</summary>
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
        return (found, Of(environment, kek, then, now, secret => order.Prune && MayDelete(caller, secret)));
    }

    /// <summary>
    /// What brings the secrets of now back to those of then: ordered by key, and under one key the secret that was deleted
    /// before the one that has the key now.
    /// </summary>
    public static RestorePlan Of(
        EnvironmentRow environment, KekRow kek, IReadOnlyList<SecretRow> then, IReadOnlyList<SecretRow> now,
        Func<SecretRow, bool> isPruned)
    {
        var current = now.ToDictionary(secret => secret.Id, secret => secret.CurrentVersion, StringComparer.Ordinal);
        var were = then.Select(secret => secret.Id).ToHashSet(StringComparer.Ordinal);
        var since = now.Where(secret => !were.Contains(secret.Id)).ToLookup(isPruned);
        return new RestorePlan(
            environment, kek, [.. then.Where(secret => current.ContainsKey(secret.Id))], [.. since[true]],
            [
                .. then.Select(secret => OfOneThen(secret, current))
                    .Concat(since[false].Select(secret => new RestoreChange(secret.Key, secret.Id, RestoreResults.CreatedSince)))
                    .Concat(since[true].Select(secret => new RestoreChange(secret.Key, secret.Id, RestoreResults.Pruned)))
                    .OrderBy(change => change.Key, StringComparer.Ordinal),
            ]);
    }

    private static RestoreChange OfOneThen(SecretRow then, Dictionary<string, int> current) =>
        !current.TryGetValue(then.Id, out var version) ? new(then.Key, then.Id, RestoreResults.Unrecoverable)
        : version == then.CurrentVersion ? new(then.Key, then.Id, RestoreResults.Unchanged)
        : new(then.Key, then.Id, RestoreResults.Restored, version, then.CurrentVersion, version + 1);

    private static long BytesOf(IEnumerable<SecretRow> secrets) =>
        secrets.Sum(secret => Math.Max(0L, secret.SealedBytes - Envelope.ValueOverhead));

    private static EnvironmentRow? VisibleTo(Caller caller, EnvironmentRow? found, RestoreOrder order)
    {
        var environment = found.VisibleTo(caller, GrantActions.Write).VisibleTo(caller, GrantActions.Reveal);
        return order.Prune ? environment.VisibleTo(caller, GrantActions.Delete) : environment;
    }

    private static bool MayDelete(Caller caller, SecretRow secret) => secret.VisibleTo(caller, GrantActions.Delete) is not null;

    private static async ValueTask<List<SecretRow>> ListAsync(
        Session session, Caller caller, EnvironmentRow environment, Instant? at)
    {
        var secrets = await GrantedLists.SecretsAsync(
            session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys, at);
        return [.. secrets.Where(secret => secret.VisibleTo(caller, GrantActions.Write) is not null)];
    }
}
