using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Search;

/// <summary>
/// Searches for one page on behalf of a caller with grants. It reads the environments that the caller may list, one after the
/// other: ordered by the project's id, and then by their own id.
/// </summary>
internal sealed class GrantedSearch
{
    private const int RowsPerRead = 100;

    // Comes after every key.
    private const string AfterAllKeys = "~";

    private readonly Session session;
    private readonly Caller caller;
    private readonly string text;
    private readonly int limit;
    private readonly RowBudget places = new();
    private readonly RowBudget secrets = new(RowBudget.Secrets);
    private readonly List<SearchResponse> found = [];

    // Everything before this position was searched.
    private SearchPosition position;

    private GrantedSearch(Session session, Caller caller, string text, PageRequest page) =>
        (this.session, this.caller, this.text, limit, position) = (session, caller, text, page.Limit, SearchPosition.Parse(page.After));

    /// <summary>A page of the secrets that match. It may be empty although there is a next page.</summary>
    public static async ValueTask<Page<SearchResponse>> FindAsync(Session session, Caller caller, string text, PageRequest page)
    {
        var search = new GrantedSearch(session, caller, text, page);
        var isComplete = await search.FinishProjectAsync() && await search.SearchProjectsAsync();
        return new Page<SearchResponse>(search.found, isComplete ? null : search.position.ToString());
    }

    // Searches the rest of the project in which the page before ended. Like the methods below, it returns false when the page
    // must end.
    private async ValueTask<bool> FinishProjectAsync()
    {
        if (await EnvironmentTable.FindAsync(session, caller.WorkspaceId, position.EnvironmentId) is { } environment
            && !await SearchAsync(environment, position.Key))
        {
            return false;
        }

        var project = await ProjectTable.FindAsync(session, caller.WorkspaceId, position.ProjectId);
        return project.VisibleTo(caller) is not { } visible || await SearchAsync(visible);
    }

    private async ValueTask<bool> SearchProjectsAsync()
    {
        while (!places.IsSpent)
        {
            var projects = await GrantedLists.ProjectsAsync(session, caller, position.ProjectId, RowsPerRead, places);
            foreach (var project in projects.Rows)
            {
                position = new SearchPosition(project.Id, "", "");
                if (!await SearchAsync(project))
                {
                    return false;
                }
            }

            if (projects.EndedAt is { } end)
            {
                position = end == position.ProjectId ? position : new SearchPosition(end, "", "");
                return false;
            }

            if (projects.Rows.Count < RowsPerRead)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<bool> SearchAsync(ProjectRow project)
    {
        while (!places.IsSpent)
        {
            var environments = await GrantedLists.EnvironmentsAsync(
                session, caller, project.Id, position.EnvironmentId, RowsPerRead, places);
            foreach (var environment in environments.Rows)
            {
                if (!await SearchAsync(environment, ""))
                {
                    return false;
                }
            }

            if (environments.EndedAt is { } end)
            {
                position = new SearchPosition(project.Id, end, AfterAllKeys);
                return false;
            }

            if (environments.Rows.Count < RowsPerRead)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<bool> SearchAsync(EnvironmentRow environment, string after)
    {
        if (environment.VisibleTo(caller, GrantActions.List) is null)
        {
            position = new SearchPosition(environment.ProjectId, environment.Id, AfterAllKeys);
            return true;
        }

        var listed = await GrantedLists.SecretsAsync(
            session, caller, GrantActions.List, environment, after, Limits.EnvironmentKeys, secrets);
        foreach (var secret in listed.Rows.Where(secret => SearchService.Matches(secret, text)))
        {
            found.Add(SearchService.Convert(secret));
            if (found.Count == limit)
            {
                position = new SearchPosition(environment.ProjectId, environment.Id, secret.Key);
                return false;
            }
        }

        position = new SearchPosition(environment.ProjectId, environment.Id, listed.EndedAt ?? AfterAllKeys);
        return listed.EndedAt is null;
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
