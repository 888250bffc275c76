using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>What SQLite finds by itself: damaged pages, rows that break a rule of their table, references to nothing.</summary>
internal static class SqliteDamage
{
    private const string Fine = "ok";

    public static async IAsyncEnumerable<string> FindAsync(Session session)
    {
        await foreach (var problem in FindBrokenAsync(session))
        {
            yield return problem;
        }

        await foreach (var problem in FindDanglingAsync(session))
        {
            yield return problem;
        }

        foreach (var trigger in AppendOnlyTriggers.Names)
        {
            await using var query = session.Prepare("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = $1");
            if (!await query.Bind(trigger).ReadAsync())
            {
                yield return $"the trigger {trigger}, which keeps audit entries from being changed, is gone";
            }
        }
    }

    private static async IAsyncEnumerable<string> FindBrokenAsync(Session session)
    {
        await using var query = session.Prepare("PRAGMA integrity_check");
        while (await query.ReadAsync())
        {
            if (query.GetText(0) is not Fine and var problem)
            {
                yield return $"the file is damaged: {problem}";
            }
        }
    }

    // Columns: the table, the row (none in a table without row ids), what it refers to.
    private static async IAsyncEnumerable<string> FindDanglingAsync(Session session)
    {
        await using var query = session.Prepare("PRAGMA foreign_key_check");
        while (await query.ReadAsync())
        {
            yield return $"a row of {query.GetText(0)} refers to one of {query.GetText(2)} that is not there";
        }
    }
}
