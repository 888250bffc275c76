using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// The versions that a reveal of an environment asks for. They are found in one snapshot, without their ciphertexts.
/// <see cref="ReadAsync"/> reads the ciphertexts. None of them is opened.
/// </summary>
/// <param name="Environment">
/// The environment; <c>null</c> when it does not exist. The lists are empty when the caller may not reveal anything in it.
/// </param>
/// <param name="Rows">The versions with their tags, ordered by key.</param>
/// <param name="Unrecoverable">Secrets that existed at the instant asked for, and whose values were destroyed since.</param>
internal sealed record SealedEnvironment(
    EnvironmentRow? Environment, List<VersionTagRow> Rows, List<SecretRow> Unrecoverable)
{
    /// <summary>Whether the rows are all current versions of the environment. Then few statements read their ciphertexts.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The bytes of all ciphertexts together.</summary>
    public long SealedBytes { get; } = Rows.Sum(row => (long)row.SealedBytes);

    /// <summary>The bytes of all values together.</summary>
    public long ValueBytes { get; } = Rows.Sum(row => Math.Max(0L, row.SealedBytes - Envelope.ValueOverhead));

    /// <summary>
    /// Finds the versions. Versions outside the caller's grants are left out, so they take no time and count towards no limit.
    /// </summary>
    /// <param name="session">The session. It must see the same state of the database throughout.</param>
    /// <param name="caller">Who reveals.</param>
    /// <param name="name">The environment.</param>
    /// <param name="selection">Which values, and of which instant.</param>
    public static async ValueTask<SealedEnvironment> FindAsync(
        Session session, Caller caller, EnvironmentReference name, RevealSelection selection)
    {
        var found = await name.FindAsync(session, caller.WorkspaceId);
        if (found.VisibleTo(caller, GrantActions.Reveal) is not { } environment)
        {
            return new(found, [], []);
        }

        var granted = selection.Keys?.Where(key => caller.MayTouch(GrantActions.Reveal, environment, key)).Order(StringComparer.Ordinal);
        if (selection.At is { } at)
        {
            return SplitPast(environment, await ListPastAsync(session, caller, environment, at, granted));
        }

        var keys = granted ?? await GrantedKeysAsync(session, caller, environment);
        return keys is null
            ? new(environment, await VersionTable.ListTagsAsync(session, environment.Id), []) { IsWhole = true }
            : new(environment, await FindTagsAsync(session, environment.Id, keys), []);
    }

    /// <summary>
    /// Reads the ciphertexts. Versions don't change, so later writes are no obstacle. Returns <c>null</c> when one of the versions
    /// was deleted or destroyed since it was found.
    /// </summary>
    public async ValueTask<List<SealedVersionRow>?> ReadAsync(Session session)
    {
        var current = IsWhole ? await VersionTable.ListSealedAsync(session, Environment!.Id, SealedBytes) : [];
        var read = current.ToDictionary(row => new VersionId(row.Secret.Id, row.Version));
        var rows = new List<SealedVersionRow>(Rows.Count);
        foreach (var (secret, version, tag, _) in Rows)
        {
            var row = read.GetValueOrDefault(new VersionId(secret.Id, version))
                ?? await VersionTable.FindSealedAsync(session, Environment!.WorkspaceId, secret.Id, version);
            if (row is null || !row.Tag.AsSpan().SequenceEqual(tag))
            {
                return null;
            }

            rows.Add(row);
        }

        return rows;
    }

    private static SealedEnvironment SplitPast(EnvironmentRow environment, List<SecretRow> secrets) => new(
        environment,
        [
            .. secrets.Where(secret => !secret.IsUnrecoverable)
                .Select(secret => new VersionTagRow(secret, secret.CurrentVersion, secret.Tag, secret.SealedBytes)),
        ],
        [.. secrets.Where(secret => secret.IsUnrecoverable)]);

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

    // Returns `null` when every key is granted. Then one statement finds all keys.
    private static async ValueTask<IEnumerable<string>?> GrantedKeysAsync(Session session, Caller caller, EnvironmentRow environment) =>
        caller.Grants.AllowsAllKeys(GrantActions.Reveal, environment.ProjectSlug, environment.Slug)
            ? null
            : (await GrantedLists.SecretsAsync(session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys))
                .Select(secret => secret.Key);

    private static async ValueTask<List<VersionTagRow>> FindTagsAsync(
        Session session, string environmentId, IEnumerable<string> keys)
    {
        var rows = new List<VersionTagRow>();
        foreach (var key in keys)
        {
            if (await VersionTable.FindTagByKeyAsync(session, environmentId, key) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }
}
