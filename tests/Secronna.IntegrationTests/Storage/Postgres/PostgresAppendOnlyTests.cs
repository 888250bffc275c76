using Npgsql;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>The database refuses to change or remove audit entries (S20), on any connection.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresAppendOnlyTests
{
    [Theory]
    [InlineData("UPDATE trail_segments SET entries = '\\x00'")]
    [InlineData("UPDATE trail_segments SET at = at")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence = 2")]
    [InlineData("TRUNCATE trail_segments")]
    [InlineData("TRUNCATE workspaces, trail_segments CASCADE")]
    [InlineData("""
        INSERT INTO trail_segments (workspace_id, first_sequence, count, at, format, entries)
        SELECT workspace_id, first_sequence, count, 1, format, entries FROM trail_segments
        ON CONFLICT (workspace_id, first_sequence) DO UPDATE SET at = excluded.at
        """)]
    public async Task An_entry_can_be_neither_changed_nor_removed(string sql)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry());
        await storage.AppendAsync(storage.Entry(), storage.Entry());
        var before = await storage.TrailAsync();

        await using (var direct = new NpgsqlConnection(storage.ConnectionString))
        {
            await direct.OpenAsync();
            var refusal = Assert.Throws<PostgresException>(() => direct.Run(sql));
            Assert.Contains("append-only", refusal.MessageText, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(async transaction =>
        {
            await using var statement = transaction.Prepare(sql);
            await statement.ExecuteAsync();
        }));
        Assert.Equal(before, await storage.TrailAsync());
    }
}
