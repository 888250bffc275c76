using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail.Reads;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Reads;

/// <summary>Lists the secrets of an environment with their last reveals.</summary>
internal sealed class EnvironmentReadService(Database database, Authorization authorization)
{
    private const int CountedDays = 30;

    // A secret's row and those joined to it, its last reveal, the name of who made it, and its days. PostgreSQL looks at a day in the
    // index and again in the table. A request looks at so many rows at most (S31).
    private const int RowsOfSecret = 5;
    private const int RowsOfDay = 2;
    private const int MostRowsOfSecret = RowsOfSecret + (CountedDays * RowsOfDay);
    private const int MostRows = 20_000 - 100;

    /// <summary>A page of the secrets, ordered by key.</summary>
    /// <exception cref="RequestException">FORBIDDEN, or NOT_FOUND: there is no such environment.</exception>
    public async Task<Page<SecretReadsResponse>> ListAsync(Caller caller, string environmentId, PageRequest page)
    {
        await authorization.DemandAsync(caller, Operations.ReadAuditTrail);
        var first = ReadDays.First(await database.NowAsync(), CountedDays);
        return await database.ReadSnapshotAsync((caller, environmentId, page, first), static async (session, state) =>
        {
            var environment = (await EnvironmentTable.FindAsync(session, state.caller.WorkspaceId, state.environmentId))
                .VisibleTo(state.caller) ?? throw Errors.NotFound("environment");
            return await ListAsync(session, environment, state.page, state.first);
        }, caller.Aborted);
    }

    private static async ValueTask<Page<SecretReadsResponse>> ListAsync(
        Session session, EnvironmentRow environment, PageRequest page, long firstDay)
    {
        var items = new List<SecretReadsResponse>();
        var (after, rowsLeft) = (page.After ?? "", MostRows);
        while (Math.Min(rowsLeft / MostRowsOfSecret, page.Limit - items.Count) is var wanted and > 0)
        {
            wanted = Math.Min(wanted, SecretReadTable.IdsPerStatement);
            var secrets = await SecretTable.ListAsync(session, environment.Id, after, wanted + 1);
            List<SecretRow> part = [.. secrets.Take(wanted)];
            var counts = await SecretReadDayTable.CountAsync(session, environment.WorkspaceId, [.. part.Select(secret => secret.Id)], firstDay);
            items.AddRange(await ConvertAsync(session, environment, part, counts));
            rowsLeft -= (part.Count * RowsOfSecret) + (counts.Values.Sum(count => count.Rows) * RowsOfDay);
            if (secrets.Count <= wanted)
            {
                return new Page<SecretReadsResponse>(items, null);
            }

            after = part[^1].Key;
        }

        return new Page<SecretReadsResponse>(items, after);
    }

    private static async ValueTask<IEnumerable<SecretReadsResponse>> ConvertAsync(
        Session session, EnvironmentRow environment, List<SecretRow> secrets, Dictionary<string, (long Count, int Rows)> counts)
    {
        var reads = await SecretReadTable.FindAsync(session, environment.WorkspaceId, [.. secrets.Select(secret => secret.Id)]);
        var actors = await ReadActors.FindAsync(session, environment.WorkspaceId, reads.Values.Select(read => read.LastBy));
        return secrets.Select(secret => reads.TryGetValue(secret.Id, out var read)
            ? new SecretReadsResponse(
                secret.Key, secret.Id, new Instant(read.LastAt), actors.Convert(read.LastBy), read.Readers,
                counts.GetValueOrDefault(secret.Id).Count)
            : new SecretReadsResponse(secret.Key, secret.Id, null, null, 0, 0));
    }
}
