using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Lists of what a caller sees (S23). Positions in them are those of seen rows alone, so that neither a cursor nor the end of a
/// page tells of others; and where grants name what they are about, or how it begins, nothing else is read, so that neither
/// does the time that it takes.
/// </summary>
internal static class GrantedLists
{
    // Rows that one statement reads while it searches for rows that are granted.
    private const int RowsPerRead = 500;

    /// <summary>The projects after an id, oldest first.</summary>
    public static async ValueTask<List<ProjectRow>> ProjectsAsync(Session session, Caller caller, string after, int limit)
    {
        if (caller.Grants.OnlyProjects is not { } slugs)
        {
            return await VisibleAsync(
                caller, after, limit, (after, limit) => ProjectTable.ListAsync(session, caller.WorkspaceId, after, limit),
                row => row.VisibleTo(caller) is not null, row => row.Id);
        }

        var found = new List<ProjectRow>();
        foreach (var slug in slugs)
        {
            if (await ProjectTable.FindBySlugAsync(session, caller.WorkspaceId, slug) is { } row
                && string.CompareOrdinal(row.Id, after) > 0)
            {
                found.Add(row);
            }
        }

        return [.. found.OrderBy(row => row.Id, StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>A project's environments after an id, oldest first.</summary>
    public static ValueTask<List<EnvironmentRow>> EnvironmentsAsync(
        Session session, Caller caller, string projectId, string after, int limit) =>
        VisibleAsync(
            caller, after, limit,
            (after, limit) => EnvironmentTable.ListAsync(session, caller.WorkspaceId, projectId, after, limit),
            row => row.VisibleTo(caller) is not null, row => row.Id);

    /// <summary>
    /// An environment's secrets after a key that an action is granted on, by their keys' bytes: those that are there, or those
    /// that were at an instant.
    /// </summary>
    public static async ValueTask<List<SecretRow>> SecretsAsync(
        Session session, Caller caller, GrantActions action, EnvironmentRow environment, string after, int limit, Instant? at = null)
    {
        if (caller.Grants.IsEverything && at is null)
        {
            return await SecretTable.ListAsync(session, environment.Id, after, limit);
        }

        var rowsPerRead = caller.Grants.IsEverything ? limit : RowsPerRead;
        var found = new List<SecretRow>();
        foreach (var range in caller.Grants.KeyRanges(action, environment.ProjectSlug, environment.Slug))
        {
            var from = after.Length == 0 ? "" : KeyRange.Next(after);
            from = string.CompareOrdinal(from, range.From) > 0 ? from : range.From;
            while (found.Count < limit && string.CompareOrdinal(from, range.Before) < 0)
            {
                var rows = at is { } instant
                    ? await PastSecretTable.ListBetweenAsync(session, environment.Id, instant.Microseconds, from, range.Before, rowsPerRead)
                    : await SecretTable.ListBetweenAsync(session, environment.Id, from, range.Before, rowsPerRead);
                found.AddRange(rows.Where(row => row.VisibleTo(caller, action) is not null).Take(limit - found.Count));
                from = rows.Count == rowsPerRead ? KeyRange.Next(rows[^1].Key) : range.Before;
            }
        }

        return found;
    }

    private static async ValueTask<List<T>> VisibleAsync<T>(
        Caller caller, string after, int limit, Func<string, int, ValueTask<List<T>>> list, Func<T, bool> isVisible,
        Func<T, string> position)
    {
        if (caller.Grants.IsEverything)
        {
            return await list(after, limit);
        }

        var found = new List<T>();
        List<T> rows;
        do
        {
            rows = await list(after, RowsPerRead);
            found.AddRange(rows.Where(isVisible).Take(limit - found.Count));
            after = rows.Count > 0 ? position(rows[^1]) : after;
        }
        while (rows.Count == RowsPerRead && found.Count < limit);
        return found;
    }
}
