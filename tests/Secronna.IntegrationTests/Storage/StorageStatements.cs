using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage;

/// <summary>Every statement that is compiled into the stores: all their SQL stands in the assembly's string literals.</summary>
internal static partial class StorageStatements
{
    private static readonly List<string> All = Read();

    /// <summary>As SQLite gets them.</summary>
    public static List<string> OfSqlite { get; } = [.. All.Where(sql => !IsPostgres().IsMatch(sql)).Select(sql => RowLock().Replace(sql, ""))];

    public static List<string> OfPostgres { get; } = [.. All.Where(sql => !IsSqlite().IsMatch(sql))];

    private static List<string> Read()
    {
        using var file = new PEReader(File.OpenRead(typeof(Database).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var found = new List<string>();
        for (var handle = metadata.GetNextHandle(default(UserStringHandle)); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            var text = metadata.GetUserString(handle).Trim();
            // What ends so is put together with a table's name: it reads all of it for a copy, or asks for one row.
            if (Statement().IsMatch(text) && !text.EndsWith("FROM", StringComparison.Ordinal) && !text.Contains("schema_migrations", StringComparison.Ordinal))
            {
                found.Add(text);
            }
        }

        return found;
    }

    [GeneratedRegex(@"^(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s")]
    private static partial Regex Statement();

    [GeneratedRegex(@" FOR (UPDATE|KEY SHARE|SHARE)( SKIP LOCKED)?\b")]
    private static partial Regex RowLock();

    [GeneratedRegex(@"\bpg_|\bset_config\(|\bunnest\(")]
    private static partial Regex IsPostgres();

    [GeneratedRegex(@"\bsqlite_|\bzeroblob\(")]
    private static partial Regex IsSqlite();
}
