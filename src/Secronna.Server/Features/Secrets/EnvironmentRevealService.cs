using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>Reveals an environment's secrets in one request: one audit entry a value (S17), all durable before any is opened.</summary>
internal sealed class EnvironmentRevealService(
    Database database, SecretOpener opener, Authorization authorization, RateLimits rates, InstallationKeys keys,
    PlaintextBudget budget, LimitSettings limits, TimeProvider time)
{
    private const int TagSize = 16;

    // In a revision, where a version's number and tag would be.
    private static readonly byte[] NoVersion = new byte[sizeof(int) + TagSize];

    // Each further one takes the deletion of a secret and the end of its KEK between the look and the opening.
    private const int Turns = 10;

    // Of a long reveal's entries, so that the writer is held only for a few milliseconds at a time.
    private const int EntriesPerUnit = 250;

    /// <summary>The values of an environment, current or of an instant.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="name">Which environment.</param>
    /// <param name="wanted">Which of them.</param>
    /// <param name="isKnown">Whether the caller has this revision already.</param>
    /// <returns>The values, or, for a revision that the caller has, that revision alone: then nothing was opened or recorded.</returns>
    public async Task<(string Revision, RevealedEnvironment? Values)> RevealAsync(
        Caller caller, EnvironmentReference name, RevealSelection wanted, Func<string, bool> isKnown)
    {
        await authorization.DemandAsync(caller, Operations.RevealEnvironment);
        await EnvironmentInstant.SettleAsync(database, caller, name, wanted.At, GrantActions.Reveal);
        for (var turn = 0; turn < Turns; turn++)
        {
            if (await TryRevealAsync(caller, name, wanted, isKnown) is { } revealed)
            {
                return revealed;
            }
        }

        throw Errors.Unavailable("secrets are being deleted all the time: try again");
    }

    /// <summary>Null where one of the secrets was deleted after it was looked at, so that it is not there to be opened.</summary>
    private async Task<(string Revision, RevealedEnvironment? Values)?> TryRevealAsync(
        Caller caller, EnvironmentReference name, RevealSelection wanted, Func<string, bool> isKnown)
    {
        var (found, rows, unrecoverable) = await LoadAsync(caller, name, wanted);
        if (found.VisibleTo(caller, GrantActions.Reveal) is not { } environment)
        {
            throw await authorization.RefusedAsync(
                caller, Operations.RevealEnvironment, found, Errors.NotFound("environment"), name.ToString());
        }

        // First, because rows beyond the limit were not loaded.
        if (rows.Sum(row => (long)row.Ciphertext.Length - Envelope.ValueOverhead) > limits.RevealBytes)
        {
            throw Errors.RevealTooLarge(limits.RevealBytes);
        }

        var missing = wanted.Keys?.Except(rows.Select(row => row.Secret).Concat(unrecoverable).Select(secret => secret.Key)).ToList();
        if (missing is { Count: > 0 })
        {
            throw await authorization.RefusedAsync(
                caller, Operations.RevealEnvironment, environment, Errors.KeysNotFound(missing), name.ToString());
        }

        var revision = Revision(environment, rows, unrecoverable);
        if (isKnown(revision))
        {
            return (revision, null);
        }

        if (rates.TakeReveals(caller, rows.Count) is { } limited)
        {
            throw await authorization.RefusedAsync(caller, Operations.RevealEnvironment, environment, limited, name.ToString());
        }

        // Twice: the ciphertexts, and what is opened of them, until the last byte is sent.
        var lease = budget.Take(2 * rows.Sum(row => (long)row.Ciphertext.Length));
        try
        {
            await RecordAsync(caller, rows);
            ServerMetrics.Revealed(rows.Count);
            // Others wait to be answered by whoever answered this.
            await Task.Yield();
            if (await OpenAllAsync(caller, rows) is { } values)
            {
                return (revision, new RevealedEnvironment(revision, values, [.. unrecoverable.Select(secret => secret.Key)], lease));
            }

            lease.Dispose();
            return null;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    // So much is never within the limit, however many keys it is spread over.
    private long MostCiphertextBytes => limits.RevealBytes + ((long)Limits.EnvironmentKeys * Envelope.ValueOverhead);

    private async Task<LoadedEnvironment> LoadAsync(Caller caller, EnvironmentReference name, RevealSelection wanted) =>
        await database.ReadSnapshotAsync((caller, name, wanted, MostCiphertextBytes), LoadAsync);

    // With grants: no ciphertext is loaded of what is not granted, so that it costs nothing and counts for no limit.
    private static async ValueTask<LoadedEnvironment> LoadAsync(
        Session session, (Caller Caller, EnvironmentReference Name, RevealSelection Wanted, long MostBytes) it)
    {
        var found = await it.Name.FindAsync(session, it.Caller.WorkspaceId);
        if (found.VisibleTo(it.Caller, GrantActions.Reveal) is not { } environment)
        {
            return new(found, [], []);
        }

        var wanted = it.Wanted.Keys?.Where(key => it.Caller.MayTouch(GrantActions.Reveal, environment, key)).Order(StringComparer.Ordinal);
        if (it.Wanted.At is { } at)
        {
            return await LoadPastAsync(session, it.Caller, environment, at, wanted, it.MostBytes);
        }

        var keys = wanted ?? await GrantedKeysAsync(session, it.Caller, environment);
        return new(
            environment,
            keys is null
                ? await VersionTable.ListSealedAsync(session, environment.Id, it.MostBytes)
                : await LoadKeysAsync(session, environment.Id, keys, it.MostBytes),
            []);
    }

    private static async ValueTask<LoadedEnvironment> LoadPastAsync(
        Session session, Caller caller, EnvironmentRow environment, Instant at, IEnumerable<string>? wanted, long mostBytes)
    {
        var rows = new List<SealedVersionRow>();
        var unrecoverable = new List<SecretRow>();
        long bytes = 0;
        foreach (var secret in await ListPastAsync(session, caller, environment, at, wanted))
        {
            if (secret.IsDeletedSince)
            {
                unrecoverable.Add(secret);
            }
            else if (bytes <= mostBytes && await VersionTable.FindSealedAsync(
                session, environment.WorkspaceId, secret.Id, secret.CurrentVersion) is { } row)
            {
                bytes += row.Ciphertext.Length;
                rows.Add(row);
            }
        }

        return new(environment, rows, unrecoverable);
    }

    private static async ValueTask<List<SecretRow>> ListPastAsync(
        Session session, Caller caller, EnvironmentRow environment, Instant at, IEnumerable<string>? wanted)
    {
        if (wanted is null)
        {
            return await GrantedLists.SecretsAsync(session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys, at);
        }

        var rows = new List<SecretRow>();
        foreach (var key in wanted)
        {
            rows.AddRange(await PastSecretTable.ListBetweenAsync(session, environment.Id, at.Microseconds, key, KeyRange.FirstAfter(key), 1));
        }

        return rows;
    }

    // Null where all are granted, whichever there are: they are read in fewer steps.
    private static async ValueTask<IEnumerable<string>?> GrantedKeysAsync(Session session, Caller caller, EnvironmentRow environment) =>
        caller.Grants.AllowsAllKeys(GrantActions.Reveal, environment.ProjectSlug, environment.Slug)
            ? null
            : (await GrantedLists.SecretsAsync(session, caller, GrantActions.Reveal, environment, "", Limits.EnvironmentKeys))
                .Select(secret => secret.Key);

    private static async ValueTask<List<SealedVersionRow>> LoadKeysAsync(
        Session session, string environmentId, IEnumerable<string> wanted, long mostBytes)
    {
        var rows = new List<SealedVersionRow>();
        long bytes = 0;
        foreach (var key in wanted.TakeWhile(_ => bytes <= mostBytes))
        {
            if (await VersionTable.FindSealedByKeyAsync(session, environmentId, key) is { } row)
            {
                bytes += row.Ciphertext.Length;
                rows.Add(row);
            }
        }

        return rows;
    }

    private async Task RecordAsync(Caller caller, List<SealedVersionRow> rows) =>
        await Task.WhenAll(rows
            .Select(row => AuditRecord.OfVersion(caller, time, AuditActions.SecretReveal, row.Secret, row.Version))
            .Chunk(EntriesPerUnit)
            .Select(entries => database.AppendAsync(entries)));

    // Null where one was deleted meanwhile.
    private async Task<IReadOnlyList<RevealedValue>?> OpenAllAsync(Caller caller, List<SealedVersionRow> rows)
    {
        var values = new List<RevealedValue>(rows.Count);
        try
        {
            foreach (var row in rows)
            {
                if (await opener.TryOpenAsync(caller, row) is not { } value)
                {
                    values.ForEach(opened => opened.Dispose());
                    return null;
                }

                values.Add(value);
            }

            return values;
        }
        catch
        {
            values.ForEach(value => value.Dispose());
            throw;
        }
    }

    // A keyed hash over the environment and the id, version and ciphertext tag of all that would be returned, and the ids of
    // those that can't be.
    private string Revision(EnvironmentRow environment, List<SealedVersionRow> rows, List<SecretRow> unrecoverable)
    {
        var state = new MemoryStream();
        state.Write(Encoding.ASCII.GetBytes(environment.Id));
        Span<byte> version = stackalloc byte[sizeof(int)];
        foreach (var row in rows)
        {
            // Ids have one length, so the parts can't run into each other.
            BinaryPrimitives.WriteInt32BigEndian(version, row.Version);
            state.Write(Encoding.ASCII.GetBytes(row.Secret.Id));
            state.Write(version);
            state.Write(row.Ciphertext.AsSpan(Math.Max(0, row.Ciphertext.Length - TagSize)));
        }

        foreach (var secret in unrecoverable)
        {
            state.Write(Encoding.ASCII.GetBytes(secret.Id));
            state.Write(NoVersion);
        }

        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        keys.HashEtag(state.GetBuffer().AsSpan(0, (int)state.Length), hash);
        return Base64Url.EncodeToString(hash);
    }
}

/// <summary>What was found of an environment for a reveal; the keys that were deleted since the instant asked for apart.</summary>
internal sealed record LoadedEnvironment(
    EnvironmentRow? Environment, List<SealedVersionRow> Rows, List<SecretRow> Unrecoverable);
