using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Lists the changes of an environment's secrets, deleted secrets included.</summary>
internal sealed class HistoryService(Database database)
{
    // With grants that reach so few secrets, the changes of each secret are read on their own.
    private const int SecretsReadSingly = 200;

    // The number of changes that one statement reads while changes outside the grants are skipped.
    private const int ChangesPerRead = 500;

    /// <summary>
    /// A page of the changes, newest first. It may be short or empty although there is a next page, because it looks at a bounded
    /// number of changes (S31).
    /// </summary>
    public async Task<Page<HistoryResponse>> ListAsync(Caller caller, string environmentId, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ReadHistory);
        var after = page.After is { } text ? Parse(text) : ChangePosition.Latest;
        // Reads all secrets in one snapshot: a change made during the read must not hide an older change.
        var listed = await database.ReadSnapshotAsync((caller, environmentId, after, page.Limit), static async (session, state) =>
            (await EnvironmentTable.FindAsync(session, state.caller.WorkspaceId, state.environmentId)).VisibleTo(state.caller) is { } environment
                ? await ListAsync(session, state.caller, environment, state.after, state.Limit + 1)
                : throw Errors.NotFound("environment"), caller.Aborted);
        return Page<HistoryResponse>.From(listed, page, Convert, row => Text(row.Position));
    }

    private static async ValueTask<Listed<ChangeRow>> ListAsync(
        Session session, Caller caller, EnvironmentRow environment, ChangePosition after, int limit)
    {
        if (caller.Grants.AllowsAllKeys(GrantActions.List, environment.ProjectSlug, environment.Slug))
        {
            return new(await SecretChangeTable.ListAsync(session, environment.Id, after, limit), null);
        }

        return await FewSecretsAsync(session, caller, environment) is { } secrets
            && await ListOfSecretsAsync(session, secrets, after, limit) is { } changes
                ? new(changes, null)
                : await ScanAsync(session, caller, environment, after, limit);
    }

    // The granted secrets that exist or existed, the last changed first. `null` if there may be many.
    private static async ValueTask<List<SecretLifetimeRow>?> FewSecretsAsync(Session session, Caller caller, EnvironmentRow environment)
    {
        var secrets = new List<SecretLifetimeRow>();
        foreach (var range in caller.Grants.KeyRanges(GrantActions.List, environment.ProjectSlug, environment.Slug))
        {
            secrets.AddRange(await PastSecretTable.ListWithDeletedAsync(
                session, environment.Id, range.From, range.Before, SecretsReadSingly + 1 - secrets.Count));
            if (secrets.Count > SecretsReadSingly)
            {
                return null;
            }
        }

        return [.. secrets.Where(row => caller.MayTouch(GrantActions.List, environment, row.Key)).OrderByDescending(row => row.ChangedAt)];
    }

    // Reads the changes of one secret after the other. Changes of other secrets take no time and appear in no cursor (S23).
    // `null` if the secrets have too many changes.
    private static async ValueTask<List<ChangeRow>?> ListOfSecretsAsync(
        Session session, List<SecretLifetimeRow> secrets, ChangePosition after, int limit)
    {
        var newest = new SortedSet<ChangeRow>(NewestFirst);
        var budget = new RowBudget(RowBudget.Secrets);
        foreach (var secret in secrets)
        {
            var oldest = newest.Count == limit ? newest.Max!.Position.Instant : long.MinValue;
            if (secret.CreatedAt > after.Instant || secret.ChangedAt < oldest)
            {
                continue;
            }

            // Reads one change more than the limit, because the first change read may be the change at the position itself.
            var changes = await SecretChangeTable.ListOfSecretAsync(session, secret.Id, oldest, after.Instant, limit + 1);
            budget.Count(changes.Count);
            if (budget.IsSpent)
            {
                return null;
            }

            newest.UnionWith(changes.Where(change => Order(change.Position, after) > 0));
            while (newest.Count > limit)
            {
                newest.Remove(newest.Max!);
            }
        }

        return [.. newest];
    }

    // Reads the changes of all secrets, and skips those of hidden ones.
    private static async ValueTask<Listed<ChangeRow>> ScanAsync(
        Session session, Caller caller, EnvironmentRow environment, ChangePosition after, int limit)
    {
        var found = new List<ChangeRow>();
        var budget = new RowBudget(RowBudget.Secrets);
        while (!budget.IsSpent)
        {
            var rows = await SecretChangeTable.ListAsync(session, environment.Id, after, ChangesPerRead);
            budget.Count(rows.Count);
            found.AddRange(rows.Where(row => caller.MayTouch(GrantActions.List, environment, row.Key)).Take(limit - found.Count));
            if (found.Count == limit || rows.Count < ChangesPerRead)
            {
                return new(found, null);
            }

            after = rows[^1].Position;
        }

        return new(found, Text(after));
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
