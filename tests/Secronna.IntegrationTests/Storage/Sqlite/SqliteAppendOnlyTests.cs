using Microsoft.Data.Sqlite;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>The database refuses to change or remove audit entries (S20), on any connection.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteAppendOnlyTests
{
    [Theory]
    [InlineData("UPDATE trail_segments SET entries = x'00'")]
    [InlineData("UPDATE trail_segments SET at = at")]
    [InlineData("UPDATE OR REPLACE trail_segments SET first_sequence = 1")]
    [InlineData("UPDATE OR IGNORE trail_segments SET first_sequence = first_sequence + 10")]
    [InlineData("DELETE FROM trail_segments")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence = 2")]
    [InlineData(Copy, true)]
    public async Task An_entry_can_be_neither_changed_nor_removed(string sql, bool withTheServersSettings = false)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry());
        await storage.AppendAsync(storage.Entry(), storage.Entry());
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
        INSERT OR REPLACE INTO trail_segments (workspace_id, first_sequence, count, at, format, entries)
        SELECT workspace_id, first_sequence, count, 1, format, entries FROM trail_segments WHERE first_sequence = 1
        """;
}
