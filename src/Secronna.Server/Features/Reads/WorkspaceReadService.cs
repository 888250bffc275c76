using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail.Reads;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Reads;

/// <summary>Tells how the secrets of a workspace were read in the last days, and which were not.</summary>
internal sealed class WorkspaceReadService(Database database)
{
    private const int SecretsPerRead = 500;

    // With the rows that are joined to each secret, and the names of actors, a request looks at 20,000 rows at most (S31).
    private const int MostRecent = 500;
    private const int MostUnread = 4_000;

    /// <summary>A page of the secrets that were and were not read, with all days.</summary>
    public async Task<PagedData<WorkspaceReadsResponse>> GetAsync(Caller caller, int days, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        var first = ReadDays.First(await database.NowAsync(), days);
        return await database.ReadSnapshotAsync((caller.WorkspaceId, first, days, page), static async (session, state) =>
        {
            var since = ReadDays.Begin(state.first);
            var position = TwoListPosition.Parse(state.page.After);
            var recent = await ListRecentAsync(session, state.WorkspaceId, position.First, since, state.page.Limit);
            var unread = await ListUnreadAsync(session, state.WorkspaceId, position.Second, since, state.page.Limit);
            var actors = await ReadActors.FindAsync(
                session, state.WorkspaceId, recent.Items.Concat(unread.Items).Select(found => found.Read?.LastBy).OfType<SecretReader>());
            return new PagedData<WorkspaceReadsResponse>(
                new WorkspaceReadsResponse(
                    await ListDaysAsync(session, state.WorkspaceId, state.first, state.days),
                    [.. recent.Items.Select(found => Convert(found, actors))], [.. unread.Items.Select(found => Convert(found, actors))]),
                new TwoListPosition(recent.Next, unread.Next).ToText());
        }, caller.Aborted);
    }

    private static async ValueTask<List<ReadDayResponse>> ListDaysAsync(Session session, string workspaceId, long first, int days)
    {
        var rows = (await SecretReadDayTable.ListAsync(session, workspaceId, ReadTally.Workspace, first)).ToDictionary(row => row.Day);
        return
        [
            .. Enumerable.Range(0, days).Select(i => first + i)
                .Select(day => ReadActors.Convert(rows.GetValueOrDefault(day, new ReadDayRow(day, 0, 0)))),
        ];
    }

    private static async ValueTask<Page<ReadSecret>> ListRecentAsync(
        Session session, string workspaceId, string? position, long since, int limit)
    {
        var page = new SecretPage(limit, MostRecent);
        while (position is not null && !page.IsOver)
        {
            var before = position.Split(':') is [var at, var id] ? (long.Parse(at, CultureInfo.InvariantCulture), id) : ((long, string)?)null;
            var rows = await SecretReadTable.ListRecentAsync(session, workspaceId, before, since, SecretsPerRead);
            position = page.Add([.. rows.Select(row => new LookedAt(
                string.Create(CultureInfo.InvariantCulture, $"{row.Read.LastAt}:{row.Secret.Id}"),
                row.IsLive ? new ReadSecret(row.Secret, row.Read) : null))], SecretsPerRead);
        }

        return new Page<ReadSecret>(page.Found, position);
    }

    private static async ValueTask<Page<ReadSecret>> ListUnreadAsync(
        Session session, string workspaceId, string? position, long since, int limit)
    {
        var page = new SecretPage(limit, MostUnread);
        while (position is not null && !page.IsOver)
        {
            var rows = await SecretTable.ScanAsync(session, workspaceId, position, SecretsPerRead);
            var reads = await SecretReadTable.FindAsync(session, workspaceId, [.. rows.Select(row => row.Secret.Id)]);
            position = page.Add([.. rows.Select(row => new LookedAt(
                row.Secret.Id,
                row.IsLive && !(reads.GetValueOrDefault(row.Secret.Id)?.LastAt >= since)
                    ? new ReadSecret(row.Secret, reads.GetValueOrDefault(row.Secret.Id))
                    : null))], SecretsPerRead);
        }

        return new Page<ReadSecret>(page.Found, position);
    }

    private static ReadSecretResponse Convert(ReadSecret found, ReadActors actors) => new(
        found.Secret.Path, found.Secret.Key, found.Secret.Id, found.Secret.ProjectId, found.Secret.EnvironmentId,
        found.Read is { } read ? new Instant(read.LastAt) : null, found.Read is { } by ? actors.Convert(by.LastBy) : null,
        found.Read?.Readers ?? 0);
}
