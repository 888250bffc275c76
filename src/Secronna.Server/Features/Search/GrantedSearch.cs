using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Search;

/// <summary>
/// Search for a caller with grants: through the environments that it sees, one after the other, so that where a page ends
/// tells nothing of what is outside (S23).
/// </summary>
internal static class GrantedSearch
{
    // An environment has 5,000 secrets at most.
    private const int MostEnvironments = 20;
    private const int Look = 100;

    public static async ValueTask<Page<SearchResponse>> FindAsync(Session session, Caller caller, string text, PageRequest page)
    {
        var found = new List<SearchResponse>();
        var position = Position.Parse(page.After);
        var looked = 0;
        await foreach (var environment in EnvironmentsAsync(session, caller, position))
        {
            if (looked++ == MostEnvironments)
            {
                return new Page<SearchResponse>(found, new Position(environment.ProjectId, environment.Id, "").ToString());
            }

            var after = environment.Id == position.EnvironmentId ? position.Key : "";
            var secrets = await GrantedLists.SecretsAsync(session, caller, GrantActions.List, environment, after, Limits.EnvironmentKeys);
            foreach (var secret in secrets.Where(secret => SearchService.Matches(secret, text)))
            {
                found.Add(SearchService.Convert(secret));
                if (found.Count == page.Limit)
                {
                    return new Page<SearchResponse>(found, new Position(environment.ProjectId, environment.Id, secret.Key).ToString());
                }
            }
        }

        return new Page<SearchResponse>(found, null);
    }

    // From the position's own environment on, in the order of the ids of projects and then of environments.
    private static async IAsyncEnumerable<EnvironmentRow> EnvironmentsAsync(Session session, Caller caller, Position position)
    {
        if (await EnvironmentTable.FindAsync(session, caller.WorkspaceId, position.EnvironmentId) is { } own)
        {
            yield return own;
        }

        if (await ProjectTable.FindAsync(session, caller.WorkspaceId, position.ProjectId) is { } begun)
        {
            await foreach (var environment in EnvironmentsAsync(session, caller, begun.Id, position.EnvironmentId))
            {
                yield return environment;
            }
        }

        var projects = PagesAsync(
            position.ProjectId, (after, limit) => GrantedLists.ProjectsAsync(session, caller, after, limit), row => row.Id);
        await foreach (var project in projects)
        {
            await foreach (var environment in EnvironmentsAsync(session, caller, project.Id, ""))
            {
                yield return environment;
            }
        }
    }

    private static async IAsyncEnumerable<EnvironmentRow> EnvironmentsAsync(
        Session session, Caller caller, string projectId, string after)
    {
        var environments = PagesAsync(
            after, (after, limit) => GrantedLists.EnvironmentsAsync(session, caller, projectId, after, limit), row => row.Id);
        await foreach (var environment in environments)
        {
            if (environment.VisibleTo(caller, GrantActions.List) is not null)
            {
                yield return environment;
            }
        }
    }

    private static async IAsyncEnumerable<T> PagesAsync<T>(
        string after, Func<string, int, ValueTask<List<T>>> list, Func<T, string> position)
    {
        List<T> rows;
        do
        {
            rows = await list(after, Look);
            foreach (var row in rows)
            {
                yield return row;
            }

            after = rows.Count > 0 ? position(rows[^1]) : after;
        }
        while (rows.Count == Look);
    }

    /// <summary>Where a page ended: in or before an environment, after a key of it.</summary>
    private readonly record struct Position(string ProjectId, string EnvironmentId, string Key)
    {
        public static Position Parse(string? text) =>
            text?.Split(' ') is [var project, var environment, var key] ? new(project, environment, key) : new("", "", "");

        public override string ToString() => $"{ProjectId} {EnvironmentId} {Key}";
    }
}
