using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>Rows of a list that a caller sees.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="EndedAt">
/// Where the list goes on, if the request could look at no more rows. The position may be that of a row that the caller must not
/// see. <c>null</c> if the list is at its end, or has as many rows as were asked for.
/// </param>
internal sealed record Listed<T>(List<T> Rows, string? EndedAt);

/// <summary>
/// Lists what a caller may see (S23). If grants name projects or key prefixes, only matching rows are read, so the time that a
/// list takes doesn't reveal hidden rows. Where hidden rows must be read, their number is bounded (S31).
/// </summary>
internal static class GrantedLists
{
    // The number of rows that one statement reads while rows outside the grants are skipped.
    private const int RowsPerRead = 500;

    // Of the past, so many keys are looked up one by one. If the grants' ranges have more keys, the whole environment is read.
    private const int KeysReadSingly = 200;

    /// <summary>The projects that the caller sees, the oldest first.</summary>
    /// <param name="session">The session to read in.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="after">The id after which the list begins; empty for the beginning.</param>
    /// <param name="limit">The largest number of rows that are returned.</param>
    /// <param name="budget">The rows that the request may look at.</param>
    public static async ValueTask<Listed<ProjectRow>> ProjectsAsync(
        Session session, Caller caller, string after, int limit, RowBudget budget)
    {
        if (caller.Grants.OnlyProjects is not { } slugs)
        {
            return await VisibleRowsAsync(
                caller, after, limit, budget, (after, limit) => ProjectTable.ListAsync(session, caller.WorkspaceId, after, limit),
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

        return new([.. found.OrderBy(row => row.Id, StringComparer.Ordinal).Take(limit)], null);
    }

    /// <summary>The environments of a project that the caller sees, the oldest first.</summary>
    /// <param name="session">The session to read in.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="after">The id after which the list begins; empty for the beginning.</param>
    /// <param name="limit">The largest number of rows that are returned.</param>
    /// <param name="budget">The rows that the request may look at.</param>
    public static ValueTask<Listed<EnvironmentRow>> EnvironmentsAsync(
        Session session, Caller caller, string projectId, string after, int limit, RowBudget budget) =>
        VisibleRowsAsync(
            caller, after, limit, budget,
            (after, limit) => EnvironmentTable.ListAsync(session, caller.WorkspaceId, projectId, after, limit),
            row => row.VisibleTo(caller) is not null, row => row.Id);

    /// <summary>
    /// The secrets of an environment on which the caller is granted an action, in the order of their keys' bytes. An environment
    /// has at most <see cref="Limits.EnvironmentKeys"/> secrets at any instant, and about as many rows are read at most.
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
        if (at is { } instant)
        {
            var past = await PastSecretsAsync(session, caller, action, environment, instant.Microseconds);
            return [.. past.Where(row => string.CompareOrdinal(row.Key, after) > 0).Take(limit)];
        }

        return caller.Grants.IsEverything
            ? await SecretTable.ListAsync(session, environment.Id, after, limit)
            : (await SecretsAsync(session, caller, action, environment, after, limit, new RowBudget(int.MaxValue))).Rows;
    }

    /// <summary>The present secrets of one of several environments that a request reads.</summary>
    /// <inheritdoc cref="SecretsAsync(Session, Caller, GrantActions, EnvironmentRow, string, int, Instant?)"/>
    public static async ValueTask<Listed<SecretRow>> SecretsAsync(
        Session session, Caller caller, GrantActions action, EnvironmentRow environment, string after, int limit, RowBudget budget)
    {
        var found = new List<SecretRow>();
        foreach (var range in caller.Grants.KeyRanges(action, environment.ProjectSlug, environment.Slug))
        {
            var from = after.Length == 0 ? "" : KeyRange.FirstAfter(after);
            from = string.CompareOrdinal(from, range.From) > 0 ? from : range.From;
            while (found.Count < limit && string.CompareOrdinal(from, range.Before) < 0)
            {
                if (budget.IsSpent)
                {
                    return new(found, after);
                }

                var rows = await SecretTable.ListBetweenAsync(session, environment.Id, from, range.Before, RowsPerRead);
                budget.Count(rows.Count);
                found.AddRange(rows.Where(row => row.VisibleTo(caller, action) is not null).Take(limit - found.Count));
                after = rows.Count > 0 ? rows[^1].Key : after;
                from = rows.Count == RowsPerRead ? KeyRange.FirstAfter(after) : range.Before;
            }
        }

        return new(found, null);
    }

    private static async ValueTask<IEnumerable<SecretRow>> PastSecretsAsync(
        Session session, Caller caller, GrantActions action, EnvironmentRow environment, long instant)
    {
        if (await FewKeysAsync(session, caller, action, environment) is not { } keys)
        {
            var all = await PastSecretTable.ListAsync(session, environment, instant);
            return all.Where(row => row.VisibleTo(caller, action) is not null);
        }

        var found = new List<SecretRow>();
        foreach (var key in keys)
        {
            if (await PastSecretTable.FindAsync(session, environment, instant, key) is { } row)
            {
                found.Add(row);
            }
        }

        return found;
    }

    // The keys that the caller is granted and that secrets have or had, in order. `null` if there may be many.
    private static async ValueTask<List<string>?> FewKeysAsync(
        Session session, Caller caller, GrantActions action, EnvironmentRow environment)
    {
        if (caller.Grants.AllowsAllKeys(action, environment.ProjectSlug, environment.Slug))
        {
            return null;
        }

        var keys = new List<string>();
        foreach (var range in caller.Grants.KeyRanges(action, environment.ProjectSlug, environment.Slug))
        {
            keys.AddRange(await PastSecretTable.ListKeysAsync(
                session, environment.Id, range.From, range.Before, KeysReadSingly + 1 - keys.Count));
            if (keys.Count > KeysReadSingly)
            {
                return null;
            }
        }

        return keys.FindAll(key => caller.MayTouch(action, environment, key));
    }

    private static async ValueTask<Listed<T>> VisibleRowsAsync<T>(
        Caller caller, string after, int limit, RowBudget budget, Func<string, int, ValueTask<List<T>>> list,
        Func<T, bool> isVisible, Func<T, string> position)
    {
        if (caller.Grants.IsEverything)
        {
            return new(await list(after, limit), null);
        }

        var found = new List<T>();
        while (!budget.IsSpent)
        {
            var rows = await list(after, RowsPerRead);
            budget.Count(rows.Count);
            found.AddRange(rows.Where(isVisible).Take(limit - found.Count));
            if (found.Count == limit || rows.Count < RowsPerRead)
            {
                return new(found, null);
            }

            after = position(rows[^1]);
        }

        return new(found, after);
    }
}
