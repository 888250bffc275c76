using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Search;

/// <summary>
/// Searches on behalf of a caller with grants. It reads only the environments that the caller may list, one after the other. So
/// the end of a page tells the caller nothing about secrets outside the grants (S23).
/// </summary>
internal static class GrantedSearch
{
    // Bounds the work of one page: an environment has at most Limits.EnvironmentKeys secrets.
    private const int EnvironmentsPerPage = 20;
    private const int RowsPerRead = 100;

    /// <summary>A page of the secrets that match. It may be empty although there is a next page.</summary>
    public static async ValueTask<Page<SearchResponse>> FindAsync(Session session, Caller caller, string text, PageRequest page)
    {
        var found = new List<SearchResponse>();
        var position = SearchPosition.Parse(page.After);
        var searched = 0;
        await foreach (var environment in EnvironmentsAsync(session, caller, position))
        {
            if (searched++ == EnvironmentsPerPage)
            {
                return new Page<SearchResponse>(found, new SearchPosition(environment.ProjectId, environment.Id, "").ToString());
            }

            var after = environment.Id == position.EnvironmentId ? position.Key : "";
            var secrets = await GrantedLists.SecretsAsync(session, caller, GrantActions.List, environment, after, Limits.EnvironmentKeys);
            foreach (var secret in secrets.Where(secret => SearchService.Matches(secret, text)))
            {
                found.Add(SearchService.Convert(secret));
                if (found.Count == page.Limit)
                {
                    return new Page<SearchResponse>(found, new SearchPosition(environment.ProjectId, environment.Id, secret.Key).ToString());
                }
            }
        }

        return new Page<SearchResponse>(found, null);
    }

    // Begins with the environment of the position. Environments are ordered by the project's id, and then by their own id.
    private static async IAsyncEnumerable<EnvironmentRow> EnvironmentsAsync(Session session, Caller caller, SearchPosition position)
    {
        if (await EnvironmentTable.FindAsync(session, caller.WorkspaceId, position.EnvironmentId) is { } begun)
        {
            yield return begun;
        }

        if (await ProjectTable.FindAsync(session, caller.WorkspaceId, position.ProjectId) is { } project)
        {
            await foreach (var environment in EnvironmentsAsync(session, caller, project.Id, position.EnvironmentId))
            {
                yield return environment;
            }
        }

        var projects = ReadAllAsync(
            position.ProjectId, (after, limit) => GrantedLists.ProjectsAsync(session, caller, after, limit), row => row.Id);
        await foreach (var next in projects)
        {
            await foreach (var environment in EnvironmentsAsync(session, caller, next.Id, ""))
            {
                yield return environment;
            }
        }
    }

    private static async IAsyncEnumerable<EnvironmentRow> EnvironmentsAsync(
        Session session, Caller caller, string projectId, string after)
    {
        var environments = ReadAllAsync(
            after, (after, limit) => GrantedLists.EnvironmentsAsync(session, caller, projectId, after, limit), row => row.Id);
        await foreach (var environment in environments)
        {
            if (environment.VisibleTo(caller, GrantActions.List) is not null)
            {
                yield return environment;
            }
        }
    }

    private static async IAsyncEnumerable<T> ReadAllAsync<T>(
        string after, Func<string, int, ValueTask<List<T>>> list, Func<T, string> position)
    {
        List<T> rows;
        do
        {
            rows = await list(after, RowsPerRead);
            foreach (var row in rows)
            {
                yield return row;
            }

            after = rows.Count > 0 ? position(rows[^1]) : after;
        }
        while (rows.Count == RowsPerRead);
    }

    /// <summary>
    /// The position where a page ended: after a key of an environment. An empty key means before the environment's first key.
    /// </summary>
    private readonly record struct SearchPosition(string ProjectId, string EnvironmentId, string Key)
    {
        public static SearchPosition Parse(string? text) =>
            text?.Split(' ') is [var project, var environment, var key] ? new(project, environment, key) : new("", "", "");

        public override string ToString() => $"{ProjectId} {EnvironmentId} {Key}";
    }
}
