using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>Finds damaged pages, rows that violate a constraint, references to missing rows, and missing triggers.</summary>
internal static class SqliteDamage
{
    private const string NoProblem = "ok";

    public static async IAsyncEnumerable<string> FindAsync(Session session)
    {
        await foreach (var problem in FindDamagedPagesAsync(session))
        {
            yield return problem;
        }

        await foreach (var problem in FindMissingReferencesAsync(session))
        {
            yield return problem;
        }

        foreach (var trigger in AppendOnlyTriggers.Names)
        {
            await using var query = session.Prepare("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = $1");
            if (!await query.Bind(trigger).ReadAsync())
            {
                yield return $"the trigger {trigger}, which keeps audit entries from being changed, is missing";
            }
        }
    }

    private static async IAsyncEnumerable<string> FindDamagedPagesAsync(Session session)
    {
        await using var query = session.Prepare("PRAGMA integrity_check");
        while (await query.ReadAsync())
        {
            if (query.GetText(0) is not NoProblem and var problem)
            {
                yield return $"the file is damaged: {problem}";
            }
        }
    }

    // The result's columns: the table, the row id (NULL in a table without row ids), the table that the row refers to.
    private static async IAsyncEnumerable<string> FindMissingReferencesAsync(Session session)
    {
        await using var query = session.Prepare("PRAGMA foreign_key_check");
        while (await query.ReadAsync())
        {
            yield return $"a row of {query.GetText(0)} refers to a row of {query.GetText(2)} that does not exist";
        }
    }
}
