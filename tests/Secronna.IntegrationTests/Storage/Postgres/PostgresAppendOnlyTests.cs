using Npgsql;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>The database refuses to change or remove audit entries (S20), on any connection.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresAppendOnlyTests
{
    [Theory]
    [InlineData("UPDATE audit_entries SET outcome = 'denied'")]
    [InlineData("UPDATE audit_entries SET ip = ip")]
    [InlineData("DELETE FROM audit_entries WHERE sequence = 2")]
    [InlineData("TRUNCATE audit_entries")]
    [InlineData("TRUNCATE workspaces, audit_entries CASCADE")]
    [InlineData("""
        INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome)
        SELECT workspace_id, sequence, id, created_at, actor_type, 'someone else', action, outcome FROM audit_entries
        ON CONFLICT (workspace_id, sequence) DO UPDATE SET actor_id = excluded.actor_id
        """)]
    public async Task An_entry_can_be_neither_changed_nor_removed(string sql)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry(), storage.Entry(), storage.Entry());
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
