using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// The sealed versions that a reveal of an environment asks for. They are read in one snapshot. None of them is opened.
/// </summary>
/// <param name="Environment">
/// The environment; <c>null</c> when it does not exist. The lists are empty when the caller may not reveal anything in it.
/// </param>
/// <param name="Rows">The sealed versions, ordered by key.</param>
/// <param name="Unrecoverable">Secrets that existed at the instant asked for and were deleted since.</param>
internal sealed record SealedEnvironment(
    EnvironmentRow? Environment, List<SealedVersionRow> Rows, List<SecretRow> Unrecoverable)
{
    /// <summary>
    /// Reads the sealed versions. Ciphertexts outside the caller's grants are not read, so they take no time and count towards no
    /// limit.
    /// </summary>
    /// <param name="session">The session. It must see the same state of the database throughout.</param>
    /// <param name="caller">Who reveals.</param>
    /// <param name="name">The environment.</param>
    /// <param name="selection">Which values, and of which instant.</param>
    /// <param name="maxBytes">No further rows are read after this many bytes of ciphertext.</param>
    public static async ValueTask<SealedEnvironment> ReadAsync(
        Session session, Caller caller, EnvironmentReference name, RevealSelection selection, long maxBytes)
    {
        var found = await name.FindAsync(session, caller.WorkspaceId);
        if (found.VisibleTo(caller, GrantActions.Reveal) is not { } environment)
        {
            return new(found, [], []);
        }

        var granted = selection.Keys?.Where(key => caller.MayTouch(GrantActions.Reveal, environment, key)).Order(StringComparer.Ordinal);
        if (selection.At is { } at)
        {
            return await ReadPastAsync(session, caller, environment, at, granted, maxBytes);
        }

        var keys = granted ?? await GrantedKeysAsync(session, caller, environment);
        return new(
            environment,
            keys is null
                ? await VersionTable.ListSealedAsync(session, environment.Id, maxBytes)
                : await ReadKeysAsync(session, environment.Id, keys, maxBytes),
            []);
    }

    private static async ValueTask<SealedEnvironment> ReadPastAsync(
        Session session, Caller caller, EnvironmentRow environment, Instant at, IEnumerable<string>? keys, long maxBytes)
    {
        var rows = new List<SealedVersionRow>();
        var unrecoverable = new List<SecretRow>();
        long bytes = 0;
        foreach (var secret in await ListPastAsync(session, caller, environment, at, keys))
        {
            if (secret.IsDeletedSince)
            {
                unrecoverable.Add(secret);
            }
            else if (bytes <= maxBytes && await VersionTable.FindSealedAsync(
                session, environment.WorkspaceId, secret.Id, secret.CurrentVersion) is { } row)
            {
                bytes += row.Ciphertext.Length;
                rows.Add(row);
            }
        }

        return new(environment, rows, unrecoverable);
    }

    private static async ValueTask<List<SecretRow>> ListPastAsync(
        Session session, Caller caller, EnvironmentRow environment, Instant at, IEnumerable<string>? keys)
    {
        if (keys is null)
        {
            return await GrantedLists.SecretsAsync(session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys, at);
        }

        var rows = new List<SecretRow>();
        foreach (var key in keys)
        {
            if (await PastSecretTable.FindAsync(session, environment, at.Microseconds, key) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    // Returns `null` when every key is granted. Then one statement reads all keys.
    private static async ValueTask<IEnumerable<string>?> GrantedKeysAsync(Session session, Caller caller, EnvironmentRow environment) =>
        caller.Grants.AllowsAllKeys(GrantActions.Reveal, environment.ProjectSlug, environment.Slug)
            ? null
            : (await GrantedLists.SecretsAsync(session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys))
                .Select(secret => secret.Key);

    private static async ValueTask<List<SealedVersionRow>> ReadKeysAsync(
        Session session, string environmentId, IEnumerable<string> keys, long maxBytes)
    {
        var rows = new List<SealedVersionRow>();
        long bytes = 0;
        foreach (var key in keys.TakeWhile(_ => bytes <= maxBytes))
        {
            if (await VersionTable.FindSealedByKeyAsync(session, environmentId, key) is { } row)
            {
                bytes += row.Ciphertext.Length;
                rows.Add(row);
            }
        }

        return rows;
    }
}
