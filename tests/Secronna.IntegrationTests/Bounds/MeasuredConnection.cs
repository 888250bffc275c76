using System.Text.Json;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Bounds;

/// <summary>
/// A connection to PostgreSQL that counts the rows which each query looks at. It lets the server explain the query first.
/// </summary>
internal sealed class MeasuredConnection(IEngineConnection inner, ReadCost cost) : IEngineConnection
{
    public bool OverwritesInPlace => inner.OverwritesInPlace;

    public Statement Prepare(string sql) => new MeasuredStatement(inner, sql, cost);

    public ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind) =>
        inner.ExecuteManyAsync(sql, rows, bind);

    public ValueTask RunAsync(string script) => inner.RunAsync(script);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class MeasuredStatement(IEngineConnection connection, string sql, ReadCost cost) : Statement
{
    private static readonly string[] NotOfTables = ["CTE Scan", "WorkTable Scan", "Subquery Scan", "Function Scan", "Values Scan"];

    private readonly List<Action<Statement>> parameters = [];
    private Statement? running;

    public override Statement Bind(long value) => Bind(statement => statement.Bind(value));

    public override Statement Bind(long? value) => Bind(statement => statement.Bind(value));

    public override Statement Bind(string? value) => Bind(statement => statement.Bind(value));

    public override Statement Bind(ReadOnlySpan<byte> value)
    {
        var copy = value.ToArray();
        return Bind(statement => statement.Bind(copy));
    }

    public override async ValueTask<bool> ReadAsync()
    {
        if (running is null)
        {
            await using (var explained = Prepare("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql))
            {
                await explained.ReadAsync();
                using var plan = JsonDocument.Parse(explained.GetText(0));
                cost.Add((long)RowsOf(plan.RootElement[0].GetProperty("Plan")));
            }

            running = Prepare(sql);
        }

        return await running.ReadAsync();
    }

    public override ValueTask<int> ExecuteAsync() => Prepare(sql).ExecuteAsync();

    public override bool IsNull(int column) => running!.IsNull(column);

    public override long GetInt64(int column) => running!.GetInt64(column);

    public override string GetText(int column) => running!.GetText(column);

    public override byte[] GetBlob(int column) => running!.GetBlob(column);

    public override ValueTask DisposeAsync() => running?.DisposeAsync() ?? ValueTask.CompletedTask;

    private MeasuredStatement Bind(Action<Statement> bind)
    {
        parameters.Add(bind);
        return this;
    }

    private Statement Prepare(string text)
    {
        var statement = connection.Prepare(text);
        parameters.ForEach(bind => bind(statement));
        return statement;
    }

    // The rows that the scans of a plan gave or left out.
    private static double RowsOf(JsonElement node)
    {
        var type = node.GetProperty("Node Type").GetString()!;
        var own = type.EndsWith("Scan", StringComparison.Ordinal) && !NotOfTables.Contains(type)
            ? Number(node, "Actual Loops")
                * (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck"))
            : 0;
        return node.TryGetProperty("Plans", out var parts) ? own + parts.EnumerateArray().Sum(RowsOf) : own;
    }

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var number) ? number.GetDouble() : 0;
}
