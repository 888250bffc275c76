using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail.Reads;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Reads;

/// <summary>Tells how a secret is read: by day, by version and by actor.</summary>
internal sealed class SecretReadService(Database database, Authorization authorization)
{
    /// <summary>A page of the secret's versions and actors, with all days.</summary>
    /// <exception cref="RequestException">FORBIDDEN, or NOT_FOUND: there is no such secret.</exception>
    public async Task<PagedData<SecretReadersResponse>> GetAsync(Caller caller, string secretId, PageRequest page)
    {
        await authorization.DemandAsync(caller, Operations.ReadAuditTrail);
        var first = ReadDays.First(await database.NowAsync(), ReadDays.Kept);
        return await database.ReadSnapshotAsync((caller, secretId, page, first), static async (session, state) =>
        {
            var secret = (await SecretTable.FindAsync(session, state.caller.WorkspaceId, state.secretId))
                .VisibleTo(state.caller, GrantActions.Any) ?? throw Errors.NotFound("secret");
            return await GetAsync(session, secret, state.page, state.first);
        }, caller.Aborted);
    }

    private static async ValueTask<PagedData<SecretReadersResponse>> GetAsync(
        Session session, SecretRow secret, PageRequest page, long firstDay)
    {
        var position = TwoListPosition.Parse(page.After);
        var versions = await ListVersionsAsync(session, secret, position.First, firstDay, page.Limit);
        var readers = await ListReadersAsync(session, secret, position.Second, page.Limit);
        var days = await SecretReadDayTable.ListAsync(session, secret.WorkspaceId, secret.Id, firstDay);
        return new PagedData<SecretReadersResponse>(
            new SecretReadersResponse([.. days.Select(ReadActors.Convert)], versions.Items, readers.Items),
            new TwoListPosition(versions.Next, readers.Next).ToText());
    }

    private static async ValueTask<Page<VersionReadsResponse>> ListVersionsAsync(
        Session session, SecretRow secret, string? position, long firstDay, int limit)
    {
        if (position is null)
        {
            return new Page<VersionReadsResponse>([], null);
        }

        var before = position.Split(':') is [var day, var version] ? (Number(day), (int)Number(version)) : ((long, int)?)null;
        var rows = await SecretReadVersionTable.ListAsync(session, secret.WorkspaceId, secret.Id, before, firstDay, limit + 1);
        return Page<VersionReadsResponse>.From(
            rows, new PageRequest(null, limit), row => new VersionReadsResponse(ReadDays.Text(row.Day), row.Version, row.Count),
            row => string.Create(CultureInfo.InvariantCulture, $"{row.Day}:{row.Version}"));
    }

    private static async ValueTask<Page<SecretReaderResponse>> ListReadersAsync(
        Session session, SecretRow secret, string? position, int limit)
    {
        if (position is null)
        {
            return new Page<SecretReaderResponse>([], null);
        }

        var rows = await SecretReaderTable.ListAsync(
            session, secret.WorkspaceId, secret.Id, position.Length == 0 ? long.MaxValue : Number(position), limit + 1);
        var actors = await ReadActors.FindAsync(session, secret.WorkspaceId, rows.Select(row => row.Reader));
        return Page<SecretReaderResponse>.From(
            rows, new PageRequest(null, limit), actors.Convert, row => row.FirstSequence.ToString(CultureInfo.InvariantCulture));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
