using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Lists the changes of an environment's secrets, deleted secrets included.</summary>
internal sealed class HistoryService(Database database)
{
    // The most secrets that one statement reads for a caller with grants.
    private const int SecretsPerRead = 500;

    /// <summary>A page of the changes, newest first.</summary>
    public async Task<Page<HistoryResponse>> ListAsync(Caller caller, string environmentId, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ReadHistory);
        var after = page.After is { } text ? Parse(text) : ChangePosition.Latest;
        // Reads all secrets in one snapshot: a change made during the read must not hide an older change.
        var rows = await database.ReadSnapshotAsync((caller, environmentId, after, page.Limit), static async (session, state) =>
            (await EnvironmentTable.FindAsync(session, state.caller.WorkspaceId, state.environmentId)).VisibleTo(state.caller) is { } environment
                ? await ListAsync(session, state.caller, environment, state.after, state.Limit + 1)
                : throw Errors.NotFound("environment"));
        return Page<HistoryResponse>.From(rows, page, Convert, row => Text(row.Position));
    }

    private static ValueTask<List<ChangeRow>> ListAsync(
        Session session, Caller caller, EnvironmentRow environment, ChangePosition after, int limit) =>
        caller.Grants.AllowsAllKeys(GrantActions.List, environment.ProjectSlug, environment.Slug)
            ? SecretChangeTable.ListAsync(session, environment.Id, after, limit)
            : ListGrantedAsync(session, caller, environment, after, limit);

    // Reads the changes of one granted secret after the other. Changes of other secrets must take no time and appear in no cursor
    // (S23).
    private static async ValueTask<List<ChangeRow>> ListGrantedAsync(
        Session session, Caller caller, EnvironmentRow environment, ChangePosition after, int limit)
    {
        var newest = new SortedSet<ChangeRow>(NewestFirst);
        await foreach (var secret in ListGrantedSecretsAsync(session, caller, environment))
        {
            var oldest = newest.Count == limit ? newest.Max!.Position.Instant : long.MinValue;
            if (secret.CreatedAt > after.Instant || secret.ChangedAt < oldest)
            {
                continue;
            }

            // Reads one change more than the limit, because the first change read may be the change at the position itself.
            var changes = await SecretChangeTable.ListOfSecretAsync(session, secret.Id, oldest, after.Instant, limit + 1);
            newest.UnionWith(changes.Where(change => Order(change.Position, after) > 0));
            while (newest.Count > limit)
            {
                newest.Remove(newest.Max!);
            }
        }

        return [.. newest];
    }

    private static async IAsyncEnumerable<SecretLifetimeRow> ListGrantedSecretsAsync(Session session, Caller caller, EnvironmentRow environment)
    {
        foreach (var range in caller.Grants.KeyRanges(GrantActions.List, environment.ProjectSlug, environment.Slug))
        {
            List<SecretLifetimeRow> rows;
            var last = SecretLifetimeRow.Before(range.From);
            do
            {
                rows = await PastSecretTable.ListWithDeletedAsync(session, environment.Id, range.Before, last, SecretsPerRead);
                foreach (var row in rows.Where(row => caller.MayTouch(GrantActions.List, environment, row.Key)))
                {
                    yield return row;
                }

                last = rows.Count > 0 ? rows[^1] : last;
            }
            while (rows.Count == SecretsPerRead);
        }
    }

    private static Comparer<ChangeRow> NewestFirst { get; } =
        Comparer<ChangeRow>.Create((left, right) => Order(left.Position, right.Position));

    // Negative when the left position comes first. Newer instants come first. At the same instant, higher ids come first.
    private static int Order(ChangePosition left, ChangePosition right) =>
        right.Instant.CompareTo(left.Instant) is var order and not 0 ? order : string.CompareOrdinal(right.SecretId, left.SecretId);

    private static HistoryResponse Convert(ChangeRow row) => new(
        new Instant(row.Position.Instant),
        row.IsDestruction ? ChangeNames.Destroyed : row.Version?.Kind ?? ChangeNames.Deleted, row.Key, row.Position.SecretId,
        row.Version?.Number, row.By, row.Comment);

    private static string Text(ChangePosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Instant}:{position.SecretId}");

    private static ChangePosition Parse(string text)
    {
        var parts = text.Split(':');
        return new ChangePosition(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }
}
