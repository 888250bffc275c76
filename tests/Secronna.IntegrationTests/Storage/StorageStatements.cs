using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage;

/// <summary>Every SQL statement of the storage assembly, read from its string literals.</summary>
internal static partial class StorageStatements
{
    private static readonly List<string> All = Read();

    /// <summary>The statements that run on SQLite, without row locks.</summary>
    public static List<string> ForSqlite { get; } = [.. All.Where(sql => !PostgresOnly().IsMatch(sql))
        .Select(sql => RowLock().Replace(sql, ""))];

    /// <summary>The statements that run on PostgreSQL.</summary>
    public static List<string> ForPostgres { get; } = [.. All.Where(sql => !SqliteOnly().IsMatch(sql))];

    private static List<string> Read()
    {
        using var file = new PEReader(File.OpenRead(typeof(Database).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var found = new List<string>();
        for (var handle = metadata.GetNextHandle(default(UserStringHandle)); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            var text = metadata.GetUserString(handle).Trim();
            // Texts that end with FROM are completed with a table's name, to copy all rows of the table or to find one. Texts that
            // end with a bracket are completed with a list of parameters.
            if (Statement().IsMatch(text) && !text.EndsWith("FROM", StringComparison.Ordinal) && !text.EndsWith('(')
                && !Migrations().IsMatch(text))
            {
                found.Add(text);
            }
        }

        return found;
    }

    [GeneratedRegex(@"^(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s")]
    private static partial Regex Statement();

    // What only a migration runs, on tables that it removes at its end.
    [GeneratedRegex(@"schema_migrations|audit_entries|trail_migration")]
    private static partial Regex Migrations();

    [GeneratedRegex(@" FOR (UPDATE|KEY SHARE|SHARE)( SKIP LOCKED)?\b")]
    private static partial Regex RowLock();

    [GeneratedRegex(@"\bpg_|\bset_config\(|\bunnest\(|\baudit_sequence\b|\brequire_clock\(")]
    private static partial Regex PostgresOnly();

    [GeneratedRegex(@"\bsqlite_|\bzeroblob\(|\bmax\(now_us\(\)")]
    private static partial Regex SqliteOnly();
}
