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
            .Where(step => Regex.IsMatch(step, @"Seq Scan on (audit_entries|secret_versions|secrets|credentials|projects|environments|project_keys)\b"))
            .Select(step => $"{step}: {sql}"));
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("(secret_id, sequence) <", "audit_by_secret", "((secret_id >= $1) AND (ROW(secret_id, sequence) < ROW($1, $3)))")]
    [InlineData("(actor_id, workspace_id, sequence) <", "audit_by_actor", "((ROW(actor_id, workspace_id, sequence) < ROW($1, $2, $3)) AND (ROW(actor_id, workspace_id) >= ROW($1, $2)))")]
    [InlineData("outcome <> 'success'", "audit_by_trouble", "((workspace_id = $1) AND (sequence < $3))")]
    [InlineData("WHERE workspace_id = $1 AND $2 = 1", "audit_by_workspace", "((workspace_id = $1) AND (sequence < $3))")]
    public async Task Each_filter_of_the_audit_trail_uses_its_own_index(string part, string index, string condition)
    {
        await using var storage = await TestStorage.CreateAsync();
        using var direct = storage.ConnectDirectly();
        var sql = Assert.Single(StorageStatements.ForPostgres, sql =>
            sql.Contains("FROM audit_entries", StringComparison.Ordinal) && sql.Contains(part, StringComparison.Ordinal));
        var plan = Plan(direct, sql);
        Assert.Contains(plan, step => step.Contains($"Index Scan Backward using {index} on audit_entries", StringComparison.Ordinal));
        Assert.Contains(plan, step => step.Contains($"Index Cond: {condition}", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("Sort", StringComparison.Ordinal));
    }

    // The text does not tell the types of arrays. The program gives them with the parameters.
    private static string Types(string sql) => sql.Contains("unnest($", StringComparison.Ordinal)
        ? $"(text, bigint, {string.Join(", ", Enumerable.Repeat("text[]", 17))}, bigint[], bigint[])"
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
