using Npgsql;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Secronna.Tests.Postgres;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>A database that can't be used, or would lose what was acknowledged, is refused with the reason.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresOpeningTests
{
    private const string Password = "pAssw0rd-to-look-for";

    [Theory]
    [InlineData("ALTER DATABASE @ SET synchronous_commit = off", "synchronous_commit is off")]
    [InlineData("ALTER DATABASE @ SET synchronous_commit = local", null)]
    public async Task A_database_whose_commits_are_not_durable_is_refused(string sql, string? reason)
    {
        await using var storage = await TestStorage.CreateAsync();
        using (var direct = storage.ConnectDirectly())
        {
            direct.Run(sql.Replace("@", direct.Database, StringComparison.Ordinal));
        }

        if (reason is not null)
        {
            Assert.Contains(reason, await RefusedAsync(storage.ConnectionString), StringComparison.Ordinal);
            return;
        }

        await using var database = await storage.OpenAsync();
        await database.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_even_if_synchronous_commit_was_turned_off_after_the_start()
    {
        await using var storage = await TestStorage.CreateAsync();
        using (var direct = storage.ConnectDirectly())
        {
            direct.Run($"ALTER DATABASE {direct.Database} SET synchronous_commit = off");
        }

        NpgsqlConnection.ClearAllPools();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Equal("on", await storage.WriteAsync(async transaction =>
            {
                await using var query = transaction.Prepare("SELECT current_setting('synchronous_commit')");
                await query.ReadAsync();
                return query.GetText(0);
            }));
        }
    }

    [Fact]
    public async Task The_error_says_that_the_role_lacks_a_privilege()
    {
        await using var storage = await TestStorage.CreateAsync();
        var cluster = await PostgresTestEngine.RunningAsync();
        await cluster.ExecuteAsync("postgres", "CREATE ROLE rightless LOGIN");
        var connectionString = new NpgsqlConnectionStringBuilder(storage.ConnectionString) { Username = "rightless" }.ConnectionString;
        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await InstallationTable.ReadIfExistsAsync(DatabaseEngines.Postgres(connectionString), (_, row) => new ValueTask<InstallationRow>(row)));
        Assert.Contains("the role lacks a privilege", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_with_another_encoding_than_UTF8_is_refused()
    {
        var cluster = await PostgresTestEngine.RunningAsync();
        await cluster.ExecuteAsync("postgres", "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
        Assert.Contains("encoding must be UTF8", await RefusedAsync(cluster.ConnectionString("latin")), StringComparison.Ordinal);
        await cluster.DropAsync(cluster.ConnectionString("latin"));
    }

    [Theory]
    [InlineData("fsync=off", "fsync is off")]
    [InlineData("full_page_writes=off", "full_page_writes is off")]
    public async Task A_server_that_a_power_loss_would_damage_is_refused(string setting, string reason)
    {
        await using var cluster = await PostgresCluster.StartNewAsync(setting);
        Assert.Contains(reason, await RefusedAsync(cluster.ConnectionString("postgres")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_names_a_server_that_cannot_be_reached()
    {
        var port = FreePort.Next();
        var message = await RefusedAsync($"Host=127.0.0.1;Port={port};Database=secronna;Username=someone;Password={Password}");
        Assert.Contains($"there is no connection to PostgreSQL (secronna on 127.0.0.1:{port})", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_errors_of_a_wrong_password_an_unknown_user_and_an_unknown_database_differ()
    {
        var cluster = await PostgresTestEngine.RunningAsync();
        await cluster.ExecuteAsync("postgres", $"CREATE ROLE locked LOGIN PASSWORD '{Password}'");
        await RequirePasswordAsync(cluster, "locked");
        var locked = cluster.ConnectionString("postgres").Replace("Username=postgres", "Username=locked", StringComparison.Ordinal);

        Assert.Contains("(28P01): password authentication failed", await RefusedAsync($"{locked};Password={Password}-not"), StringComparison.Ordinal);
        Assert.Contains("assword", await RefusedAsync(locked), StringComparison.Ordinal);
        Assert.Contains("(3D000): database \"nowhere\" does not exist", await RefusedAsync(cluster.ConnectionString("nowhere")), StringComparison.Ordinal);
        Assert.Contains("(28000): role \"nobody\" does not exist", await RefusedAsync(
            cluster.ConnectionString("postgres").Replace("Username=postgres", "Username=nobody", StringComparison.Ordinal)), StringComparison.Ordinal);
        // The right password is accepted; the database then needs migrating.
        Assert.Contains("needs", await RefusedAsync($"{locked};Password={Password}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("Database=secronna;Username=x")]
    [InlineData("Host=;Database=x")]
    [InlineData("Host=127.0.0.1;Port=many;Password=" + Password)]
    [InlineData("Host=127.0.0.1;Sl Mode=VerifyFull;Password=" + Password)]
    [InlineData("Host=127.0.0.1;SSL Mode=Sometimes;Password=" + Password)]
    [InlineData("Host=127.0.0.1;Password='" + Password)]
    public void A_connection_string_that_is_not_valid_is_refused_without_being_quoted(string connectionString)
    {
        var refusal = Assert.Throws<StorageSetupException>(() => DatabaseEngines.Postgres(connectionString));
        Assert.Contains("the PostgreSQL connection string is not valid", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Data Source=x.db", "x.db")]
    [InlineData("Host=a;Database=b", "b on a")]
    [InlineData("Server=a;Database=b;Username=u;Password=" + Password, "b on a")]
    public void A_connection_string_gives_the_engine_and_its_display_name(string connectionString, string displayName) =>
        Assert.EndsWith(displayName, DatabaseEngines.FromConnectionString(connectionString, TimeProvider.System).DisplayName, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("Database=x;Password=" + Password)]
    [InlineData("Password='" + Password)]
    public void A_connection_string_for_neither_engine_is_refused(string connectionString)
    {
        var refusal = Assert.Throws<StorageSetupException>(() => DatabaseEngines.FromConnectionString(connectionString, TimeProvider.System));
        Assert.DoesNotContain(Password, refusal.ToString(), StringComparison.Ordinal);
    }

    private static async Task RequirePasswordAsync(PostgresCluster cluster, string user)
    {
        await using var direct = new NpgsqlConnection(cluster.ConnectionString("postgres") + ";Pooling=false");
        await direct.OpenAsync();
        var file = direct.One<string>("SELECT current_setting('hba_file')");
        await File.WriteAllTextAsync(file, $"host all {user} 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(file));
        direct.Run("SELECT pg_reload_conf()");
        await Until.HoldsAsync(
            "the rule",
            () => direct.One<long>("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'scram-sha-256'") > 0);
    }

    /// <summary>The message of the refusal. Checks that the exception and its causes do not hold the password.</summary>
    private static async Task<string> RefusedAsync(string connectionString)
    {
        var engine = DatabaseEngines.Postgres(connectionString);
        var opening = await Assert.ThrowsAsync<StorageSetupException>(async () => await engine.OpenAsync(_ => { }));
        Assert.DoesNotContain(Password, opening.ToString(), StringComparison.Ordinal);
        return opening.Message;
    }
}
