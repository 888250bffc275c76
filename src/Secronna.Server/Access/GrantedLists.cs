using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Lists what a caller may see (S23). A position in a list is always the position of a visible row, so neither a cursor nor the
/// end of a page reveals hidden rows. If grants name projects or key prefixes, only matching rows are read, so the time that a
/// list takes doesn't reveal hidden rows either.
/// </summary>
internal static class GrantedLists
{
    // The number of rows that one statement reads while rows outside the grants are skipped.
    private const int RowsPerRead = 500;

    /// <summary>The projects that the caller sees, the oldest first.</summary>
    /// <param name="session">The session to read in.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="after">The id after which the list begins; empty for the beginning.</param>
    /// <param name="limit">The largest number of rows that are returned.</param>
    public static async ValueTask<List<ProjectRow>> ProjectsAsync(Session session, Caller caller, string after, int limit)
    {
        if (caller.Grants.OnlyProjects is not { } slugs)
        {
            return await VisibleRowsAsync(
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

    /// <summary>The environments of a project that the caller sees, the oldest first.</summary>
    /// <param name="session">The session to read in.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="after">The id after which the list begins; empty for the beginning.</param>
    /// <param name="limit">The largest number of rows that are returned.</param>
    public static ValueTask<List<EnvironmentRow>> EnvironmentsAsync(
        Session session, Caller caller, string projectId, string after, int limit) =>
        VisibleRowsAsync(
            caller, after, limit,
            (after, limit) => EnvironmentTable.ListAsync(session, caller.WorkspaceId, projectId, after, limit),
            row => row.VisibleTo(caller) is not null, row => row.Id);

    /// <summary>
    /// The secrets of an environment on which the caller is granted an action, in the order of their keys' bytes.
    /// </summary>
    /// <param name="session">The session to read in.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="action">The action that must be granted on a secret.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="after">The key after which the list begins; empty for the beginning.</param>
    /// <param name="limit">The largest number of rows that are returned.</param>
    /// <param name="at">The instant whose secrets are listed; <c>null</c> lists the present secrets.</param>
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
            var from = after.Length == 0 ? "" : KeyRange.FirstAfter(after);
            from = string.CompareOrdinal(from, range.From) > 0 ? from : range.From;
            while (found.Count < limit && string.CompareOrdinal(from, range.Before) < 0)
            {
                var rows = await ListBetweenAsync(session, environment.Id, at, new KeyRange(from, range.Before), rowsPerRead);
                found.AddRange(rows.Where(row => row.VisibleTo(caller, action) is not null).Take(limit - found.Count));
                from = rows.Count == rowsPerRead ? KeyRange.FirstAfter(rows[^1].Key) : range.Before;
            }
        }

        return found;
    }

    private static ValueTask<List<SecretRow>> ListBetweenAsync(
        Session session, string environmentId, Instant? at, KeyRange range, int limit) => at is { } instant
        ? PastSecretTable.ListBetweenAsync(session, environmentId, instant.Microseconds, range.From, range.Before, limit)
        : SecretTable.ListBetweenAsync(session, environmentId, range.From, range.Before, limit);

    private static async ValueTask<List<T>> VisibleRowsAsync<T>(
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
