using System.Data.Common;
using System.Text.RegularExpressions;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>PostgreSQL prepares and plans every statement of the storage.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresStatementTests
{
    [Fact]
    public async Task PostgreSQL_can_prepare_every_statement_and_infer_the_types_of_its_parameters()
    {
        await using var storage = await TestStorage.CreateAsync();
        using var direct = storage.ConnectDirectly();
        Assert.InRange(StorageStatements.ForPostgres.Count, 60, 500);
        var problems = new List<string>();
        foreach (var sql in StorageStatements.ForPostgres)
        {
            try
            {
                direct.Run($"PREPARE one{Types(sql)} AS {sql}; DEALLOCATE one");
            }
            catch (DbException exception)
            {
                problems.Add($"{exception.Message}: {sql}");
            }
        }

        Assert.Empty(problems);
    }

    [Fact]
    public async Task Every_statement_uses_an_index_of_tables_that_grow()
    {
        await using var storage = await TestStorage.CreateAsync();
        using var direct = storage.ConnectDirectly();
        var problems = StorageStatements.ForPostgres.SelectMany(sql => Plan(direct, sql)
            .Where(step => Regex.IsMatch(step, @"Seq Scan on (trail_segments|trail_index_pages|secret_versions|secrets|credentials|projects|environments|project_keys)\b"))
            .Select(step => $"{step}: {sql}"));
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("entries FROM trail_segments", "first_sequence <= $2", "trail_segments_pkey", "((workspace_id = $1) AND (first_sequence <= $2))")]
    [InlineData("entries FROM trail_segments", "first_sequence >= $2", "trail_segments_pkey", "((workspace_id = $1) AND (first_sequence >= $2))")]
    [InlineData("postings FROM trail_index_pages", "<= ($4, $5)", "trail_index_pages_pkey", "((workspace_id = $1) AND (last_sequence = $2) AND (level = $3) AND (ROW(first_term, first_sequence) <= ROW($4, $5)))")]
    public async Task Segments_and_pages_of_the_index_are_found_by_an_index(string table, string part, string index, string condition)
    {
        await using var storage = await TestStorage.CreateAsync();
        using var direct = storage.ConnectDirectly();
        var sql = Assert.Single(StorageStatements.ForPostgres, sql =>
            sql.Contains(table, StringComparison.Ordinal) && sql.Contains(part, StringComparison.Ordinal));
        var plan = Plan(direct, sql);
        Assert.Contains(plan, step => step.Contains($"using {index} on", StringComparison.Ordinal));
        Assert.Contains(plan, step => step.Contains($"Index Cond: {condition}", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("Sort", StringComparison.Ordinal));
    }

    // The text does not tell the types of arrays. The program gives them with the parameters.
    private static string Types(string sql) => sql.Contains("unnest($", StringComparison.Ordinal)
        ? "(text, bigint, bigint, bigint, bigint[], bigint[], bytea[])"
        : "";

    private static List<string> Plan(DbConnection direct, string sql)
    {
        var parameters = Regex.Matches(sql, @"\$(\d+)").Select(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
        var nulls = string.Join(", ", Enumerable.Repeat("NULL", parameters.DefaultIfEmpty().Max()));
        direct.Run("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan");
        direct.Run($"PREPARE one{Types(sql)} AS {sql}");
        var plan = direct.All($"EXPLAIN EXECUTE one{(nulls.Length == 0 ? "" : $"({nulls})")}").Select(row => (string)row[0]).ToList();
        direct.Run("DEALLOCATE one");
        return plan;
    }
}
