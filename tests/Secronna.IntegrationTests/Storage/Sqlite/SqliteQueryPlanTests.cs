using System.Text.RegularExpressions;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed partial class SqliteQueryPlanTests
{
    // Each of these scans takes one row of a partial index. The index holds only the rows that the statement looks for.
    private static readonly string[] AllowedScans =
    [
        // Each has a row, or a few.
        "SCAN installation",
        "SCAN log_keys",
        "SCAN secrets USING INDEX secrets_to_destroy",
        "SCAN environments USING INDEX environments_deleted",
        "SCAN projects USING INDEX projects_deleted",
        "SCAN sqlite_schema",
        "SCAN sqlite_master",
    ];

    private static readonly string[] OperatorsCounts = ["SELECT CAST(coalesce(sum((", "count(*) FROM credentials", "SELECT id FROM workspaces UNION ALL"];

    [Fact]
    public void The_statements_of_the_storage_are_found()
    {
        var statements = StorageStatements.ForSqlite;
        Assert.InRange(statements.Count, 60, 500);
        Assert.Contains(statements, sql => sql.Contains("FROM trail_segments", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_statement_uses_an_index_and_none_sorts()
    {
        await using var storage = await TestStorage.CreateAsync();
        var problems = new List<string>();
        // Sums and counts over all workspaces are left out: only operators' commands run them.
        foreach (var sql in StorageStatements.ForSqlite.Where(sql => !OperatorsCounts.Any(count => sql.Contains(count, StringComparison.Ordinal))))
        {
            var steps = (await storage.ReadAsync(session => PlanAsync(session, sql))).Where(step =>
                (step.StartsWith("SCAN ", StringComparison.Ordinal) && step != "SCAN CONSTANT ROW" && !AllowedScans.Contains(step)
                    && !ReadsInnerQuery(step, sql))
                || (step.Contains("TEMP B-TREE", StringComparison.Ordinal) && !sql.StartsWith("WITH RECURSIVE keys", StringComparison.Ordinal))
                || step.Contains("AUTOMATIC", StringComparison.Ordinal)).ToList();
            problems.AddRange(steps.Select(step => $"{step}: {sql}"));
        }

        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("entries FROM trail_segments", "first_sequence <= $2", "trail_segments_by_sequence (workspace_id=? AND first_sequence<?)")]
    [InlineData("entries FROM trail_segments", "first_sequence >= $2", "trail_segments_by_sequence (workspace_id=? AND first_sequence>?)")]
    [InlineData("postings FROM trail_index_pages", "<= ($4, $5)", "trail_index_pages_by_term (workspace_id=? AND last_sequence=? AND level=? AND (first_term,first_sequence)<(?,?))")]
    [InlineData("postings FROM trail_index_pages", "> ($4, $5)", "trail_index_pages_by_term (workspace_id=? AND last_sequence=? AND level=? AND (first_term,first_sequence)>(?,?))")]
    public async Task Segments_and_pages_of_the_index_are_found_by_an_index(string table, string part, string index)
    {
        await using var storage = await TestStorage.CreateAsync();
        var sql = Assert.Single(StorageStatements.ForSqlite, sql =>
            sql.Contains(table, StringComparison.Ordinal) && sql.Contains(part, StringComparison.Ordinal));
        Assert.EndsWith($"USING INDEX {index}", Assert.Single(await storage.ReadAsync(session => PlanAsync(session, sql))), StringComparison.Ordinal);
    }

    [Fact]
    public void No_statement_uses_OFFSET() =>
        Assert.DoesNotContain(StorageStatements.ForSqlite, sql => Regex.IsMatch(sql, @"\bOFFSET\b", RegexOptions.IgnoreCase));

    [Fact]
    public void No_statement_updates_or_deletes_an_audit_entry() =>
        Assert.DoesNotContain(StorageStatements.ForSqlite, sql => Regex.IsMatch(sql, @"(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+trail_segments", RegexOptions.IgnoreCase));

    // Whether the scan reads the result of an inner query, which has found its rows by an index: "(SELECT …) name" or a recursion.
    private static bool ReadsInnerQuery(string step, string sql) =>
        InnerQuery().Match(step) is { Success: true } match
        && Regex.IsMatch(sql, $@"\) {match.Groups[1].Value}\b|WITH RECURSIVE (keys|levels)\b");

    [GeneratedRegex(@"^SCAN (\w+)$")]
    private static partial Regex InnerQuery();

    private static async ValueTask<List<string>> PlanAsync(Session session, string sql)
    {
        await using var query = session.Prepare("EXPLAIN QUERY PLAN " + sql);
        var steps = new List<string>();
        while (await query.ReadAsync())
        {
            steps.Add(query.GetText(3));
        }

        return steps;
    }
}
