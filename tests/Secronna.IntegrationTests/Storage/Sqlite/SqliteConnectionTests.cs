using Microsoft.Data.Sqlite;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Sqlite;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteConnectionTests
{
    public static TheoryData<string, long> Settings => new()
    {
        { "synchronous", 2 }, { "foreign_keys", 1 }, { "secure_delete", 1 }, { "recursive_triggers", 1 }, { "trusted_schema", 0 },
        { "cell_size_check", 1 }, { "temp_store", 2 }, { "wal_autocheckpoint", 0 }, { "busy_timeout", 5_000 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Every_connection_has_the_pragmas_that_durability_and_deletion_need(string name, long value)
    {
        await using var storage = await TestStorage.CreateAsync();
        Assert.Equal(value, await storage.ReadAsync(session => ReadAsync(session, name)));
        Assert.Equal(value, await storage.WriteAsync(transaction => ReadAsync(transaction, name)));
        // A read inside of another read needs a second connection, which is opened now.
        Assert.Equal(value, await storage.ReadAsync(async _ => await storage.ReadAsync(session => ReadAsync(session, name))));
    }

    [Fact]
    public async Task The_journal_mode_is_write_ahead_log()
    {
        await using var storage = await TestStorage.CreateAsync();
        Assert.Equal("wal", await storage.ReadAsync(async session =>
        {
            await using var query = session.Prepare("PRAGMA journal_mode");
            await query.ReadAsync();
            return query.GetText(0);
        }));
    }

    [Fact]
    public async Task Opening_fails_when_a_pragma_is_not_accepted()
    {
        using var folder = new TemporaryFolder();
        var connectionString = await SqliteDatabases.NewDatabaseAsync(folder);
        // The journal of a database can't be switched while another connection holds it open in another mode.
        using var direct = SqliteFile.ConnectDirectly(connectionString);
        direct.Run("PRAGMA journal_mode = delete");
        direct.Run("BEGIN EXCLUSIVE");
        var refusal = await Assert.ThrowsAsync<StorageSetupException>(() =>
            SqliteDatabases.OpenAsync(connectionString + ";Default Timeout=1"));
        Assert.Contains(SqliteDatabases.ConnectionString(folder)["Data Source=".Length..], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_names_the_pragma_and_the_value_that_was_read_back()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        var refusal = Assert.Throws<StorageSetupException>(() => SqlitePragmas.Set(connection, "journal_mode", "wal"));
        Assert.Contains("journal_mode = wal", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("memory", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_can_read_and_write_the_files_of_the_database()
    {
        using var folder = new TemporaryFolder();
        await using var database = await SqliteDatabases.OpenAsync(await SqliteDatabases.NewDatabaseAsync(folder));
        await database.WriteAsync(0, static async (transaction, _) =>
        {
            await WorkspaceTable.AllowAsync(transaction, "acc_a", null, 0);
            return true;
        });
        var files = Directory.GetFiles(folder.Path);
        Assert.Equal(["secronna.db", "secronna.db-shm", "secronna.db-wal"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(file));
        }
    }

    [Theory]
    [InlineData("Data Source=:memory:", "must name a file")]
    [InlineData("Data Source=", "must name a file")]
    [InlineData("", "must name a file")]
    [InlineData("Data Source=x.db;Mode=Memory", "must name a file")]
    [InlineData("Data Source=file::memory:", "must name a file")]
    [InlineData("Data Source=file:x.db?mode=memory", "must name a file")]
    [InlineData("Host=localhost;Database=secronna", "is not valid")]
    [InlineData("nonsense", "is not valid")]
    public async Task A_connection_string_without_a_file_is_refused(string connectionString, string reason)
    {
        var refusal = await Assert.ThrowsAsync<StorageSetupException>(() => SqliteDatabases.OpenAsync(connectionString));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageSetupException>(() => SqliteDatabases.MigrateAsync(connectionString));
    }

    [Fact]
    public async Task Opening_does_not_create_a_database()
    {
        using var folder = new TemporaryFolder();
        var refusal = await Assert.ThrowsAsync<StorageSetupException>(() => SqliteDatabases.OpenAsync(SqliteDatabases.ConnectionString(folder)));
        Assert.Contains("there is no database at", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused_and_not_changed()
    {
        using var folder = new TemporaryFolder();
        var text = string.Concat(Enumerable.Repeat("this is no database ", 500));
        File.WriteAllText(folder["secronna.db"], text);
        await Assert.ThrowsAsync<StorageSetupException>(() => SqliteDatabases.OpenAsync(SqliteDatabases.ConnectionString(folder)));
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(text), File.ReadAllBytes(folder["secronna.db"]));
    }

    [Fact]
    public async Task The_error_names_a_folder_that_cannot_be_made()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["nowhere"], "a file, not a folder");
        var refusal = await Assert.ThrowsAsync<StorageSetupException>(() =>
            SqliteDatabases.MigrateAsync($"Data Source={folder["nowhere/secronna.db"]}"));
        Assert.Contains("nowhere", refusal.Message, StringComparison.Ordinal);
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows()
        ? UnixFileMode.UserRead | UnixFileMode.UserWrite
        : File.GetUnixFileMode(file);

    private static async ValueTask<long> ReadAsync(Session session, string name)
    {
        await using var query = session.Prepare("PRAGMA " + name);
        Assert.True(await query.ReadAsync());
        return query.GetInt64(0);
    }
}
