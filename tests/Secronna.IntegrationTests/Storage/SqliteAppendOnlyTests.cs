using Microsoft.Data.Sqlite;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

/// <summary>The database itself keeps audit entries as they are (S20), whoever connects.</summary>
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
    public async Task An_entry_is_neither_changed_nor_removed(string sql, bool withTheServersSettings = false)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry(), storage.Entry(), storage.Entry());
        var before = await storage.TrailAsync();
        using (var stranger = SqliteEngine.Stranger(storage.ConnectionString))
        {
            if (withTheServersSettings)
            {
                SqliteEngine.Run(stranger, "PRAGMA recursive_triggers = ON");
            }

            var refusal = Assert.Throws<SqliteException>(() => SqliteEngine.Run(stranger, sql));
            Assert.Contains("append-only", refusal.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(transaction =>
        {
            transaction.Run(sql);
            return new ValueTask<bool>(true);
        }));
        Assert.Equal(before, await storage.TrailAsync());
    }

    [Fact]
    public async Task A_stranger_that_replaces_an_entry_is_refused_without_any_setting()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry(), storage.Entry());
        var before = await storage.TrailAsync();
        using (var stranger = SqliteEngine.Stranger(storage.ConnectionString))
        {
            Assert.Throws<SqliteException>(() => SqliteEngine.Run(stranger, Copy));
        }

        Assert.Equal(before, await storage.TrailAsync());
    }

    private const string Copy = """
        INSERT OR REPLACE INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome)
        SELECT workspace_id, sequence, id, created_at, actor_type, 'someone else', action, outcome FROM audit_entries WHERE sequence = 1
        """;
}
