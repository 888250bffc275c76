using Microsoft.Data.Sqlite;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>The database refuses to change or remove audit entries (S20), on any connection.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteAppendOnlyTests
{
    [Theory]
    [InlineData("UPDATE audit_entries SET outcome = 'denied'")]
    [InlineData("UPDATE audit_entries SET ip = ip")]
    [InlineData("UPDATE OR REPLACE audit_entries SET sequence = 1")]
    [InlineData("UPDATE OR IGNORE audit_entries SET sequence = sequence + 10")]
    [InlineData("DELETE FROM audit_entries")]
    [InlineData("DELETE FROM audit_entries WHERE sequence = 2")]
    [InlineData(Copy, true)]
    public async Task An_entry_can_be_neither_changed_nor_removed(string sql, bool withTheServersSettings = false)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry(), storage.Entry(), storage.Entry());
        var before = await storage.TrailAsync();
        using (var direct = storage.ConnectDirectly())
        {
            if (withTheServersSettings)
            {
                direct.Run("PRAGMA recursive_triggers = ON");
            }

            var refusal = Assert.Throws<SqliteException>(() => direct.Run(sql));
            Assert.Contains("append-only", refusal.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(async transaction =>
        {
            await using var statement = transaction.Prepare(sql);
            await statement.ExecuteAsync();
        }));
        Assert.Equal(before, await storage.TrailAsync());
    }

    // Every connection of the program has recursive_triggers on, so REPLACE fires the trigger of DELETE. A trigger of INSERT
    // would also refuse other connections, but SQLite would then keep a journal for each entry.
    [Fact]
    public async Task The_programs_own_sessions_cannot_replace_an_entry()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry(), storage.Entry());
        var before = await storage.TrailAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(async transaction =>
        {
            await using var copy = transaction.Prepare(Copy);
            await copy.ExecuteAsync();
        }));
        Assert.Equal(before, await storage.TrailAsync());
    }

    private const string Copy = """
        INSERT OR REPLACE INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome)
        SELECT workspace_id, sequence, id, created_at, actor_type, 'someone else', action, outcome FROM audit_entries WHERE sequence = 1
        """;
}
