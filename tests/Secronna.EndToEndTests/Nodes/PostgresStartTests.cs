using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>Servers start on PostgreSQL, also several at once, or refuse with one line that says what to change.</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class PostgresStartTests(SharedPostgres postgres)
{
    private const string Password = "word-to-keep-quiet-about";

    [Fact]
    public async Task Three_nodes_that_migrate_an_empty_database_at_once_apply_each_migration_once()
    {
        var connectionString = await postgres.Cluster.NewDatabaseAsync();
        await using var nodes = await NodeSet.StartAsync(
            await TestInstallation.CreateWithMasterKeyAsync(connectionString), NodeSet.Plain(3), "--migrate");
        var applied = await StorageInvariants.ReadTextsAsync(connectionString, "SELECT name FROM schema_migrations ORDER BY number");
        Assert.NotEmpty(applied);
        Assert.Equal(applied.Distinct(), applied);
        Assert.Contains("current", (await nodes.Installation.DoAsync("migrate")).Out, StringComparison.Ordinal);
        Assert.Equal(["1"], await StorageInvariants.ReadTextsAsync(connectionString, "SELECT count(*)::text FROM installation"));

        // Tokens are hashed with the installation key, so a token of one node works on another only if both have the same key.
        await nodes.Installation.AddWorkspaceAsync();
        using var apis = new ApiSet(nodes);
        Assert.All(await apis.AllAsync(api => api.GetAsync("/api/v1/me")), answer => Assert.Equal(200, answer.Status));
        foreach (var node in nodes.All)
        {
            using var api = node.Connect();
            var created = await api.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "created on one node" });
            using var requests = new RepeatedRequestOnNodes(nodes, (string)created.Data["token"]!);
            await requests.ExpectAcceptedAsync();
        }
    }

    [Fact]
    public async Task The_server_refuses_to_start_when_no_PostgreSQL_answers()
    {
        var port = FreePort.Next();
        using var installation = await CreateAsync($"Host=127.0.0.1;Port={port};Database=vault;Username=postgres");
        await ExpectRefusalAsync(installation, ["serve"], "no connection to PostgreSQL", "127.0.0.1");
    }

    [Fact]
    public async Task The_server_refuses_a_database_that_does_not_exist()
    {
        using var installation = await CreateAsync(postgres.Cluster.ConnectionString("not_there"));
        await ExpectRefusalAsync(installation, ["serve", "--migrate"], "not_there");
    }

    [Fact]
    public async Task The_server_refuses_an_invalid_connection_string()
    {
        using var installation = await CreateAsync("Host=127.0.0.1;Nonsense=1");
        await ExpectRefusalAsync(installation, ["serve"], "connection string", "Host=");
    }

    [Theory]
    [InlineData("synchronous_commit")]
    public async Task The_server_refuses_a_database_whose_settings_could_lose_acknowledged_writes(string setting)
    {
        var connectionString = await postgres.Cluster.NewDatabaseAsync();
        await postgres.Cluster.ExecuteAsync("postgres", $"ALTER DATABASE {Name(connectionString)} SET {setting} = off");
        using var installation = await CreateAsync(connectionString);
        await ExpectRefusalAsync(installation, ["serve", "--migrate"], setting, "set it to on");
        Assert.Equal(["0"], await StorageInvariants.ReadTextsAsync(
            connectionString, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task The_server_refuses_a_database_that_needs_migrating_and_does_not_change_it()
    {
        var connectionString = await postgres.Cluster.NewDatabaseAsync();
        using var installation = await CreateAsync(connectionString);
        await ExpectRefusalAsync(installation, ["serve"], "migrat", "--migrate");
        Assert.Equal(["0"], await StorageInvariants.ReadTextsAsync(
            connectionString, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task The_server_refuses_to_start_with_another_master_key_and_names_the_needed_and_the_found_key()
    {
        var connectionString = await postgres.Cluster.NewDatabaseAsync();
        using var installation = await CreateAsync(connectionString);
        await installation.DoAsync("migrate");
        await installation.AddWorkspaceAsync();
        var needed = (await File.ReadAllTextAsync(installation.MasterKeyFile)).Split(' ')[0];
        using var another = await CreateAsync(connectionString);
        var found = (await File.ReadAllTextAsync(another.MasterKeyFile)).Split(' ')[0];
        await ExpectRefusalAsync(another, ["serve"], "master key", needed, found);
    }

    [Fact]
    public async Task Dev_refuses_PostgreSQL()
    {
        using var installation = await CreateAsync(await postgres.Cluster.NewDatabaseAsync());
        await ExpectRefusalAsync(installation, ["dev", "--port", "0"], "Secronna__Storage__Provider", "serve");
    }

    [Fact]
    public async Task The_server_connects_by_TLS_only_to_a_PostgreSQL_whose_certificate_the_configured_authority_signed()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        using var authority = new TestAuthority("one");
        using var direct = new TestAuthority("another");
        await UseTlsAsync(cluster, authority);
        using var folder = new TemporaryFolder();
        authority.WriteCertificate(folder["one.pem"]);
        direct.WriteCertificate(folder["another.pem"]);
        var database = await cluster.NewDatabaseAsync();

        using var wrong = await CreateAsync($"{database};SSL Mode=VerifyFull;Root Certificate={folder["another.pem"]}");
        await ExpectRefusalAsync(wrong, ["serve", "--migrate"], "PostgreSQL", "certificate");

        await using var nodes = await NodeSet.StartAsync(
            $"{database};SSL Mode=VerifyFull;Root Certificate={folder["one.pem"]}", NodeSet.Plain(1));
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("TLS")).EnvironmentId;
        Assert.Equal(201, (await api.WriteAsync(environment, "KEY", "value")).Status);
        Assert.Equal(["t"], (await StorageInvariants.ReadTextsAsync(
            database, "SELECT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'secronna'"))
            .Select(isTls => isTls[..1]).Distinct());
    }

    private static async Task UseTlsAsync(PostgresCluster cluster, TestAuthority authority)
    {
        await cluster.StopAsync();
        var (certificate, key) = (Path.Combine(cluster.Folder, "server.pem"), Path.Combine(cluster.Folder, "server.key"));
        authority.WriteServer(certificate, key);
        cluster.GiveToServer(certificate);
        cluster.GiveToServer(key);
        cluster.Settings.AddRange(["ssl=on", $"ssl_cert_file={certificate}", $"ssl_key_file={key}"]);
        await cluster.StartAsync();
    }

    private static string Name(string connectionString) => new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database!;

    private static Task<TestInstallation> CreateAsync(string connectionString) =>
        TestInstallation.CreateWithMasterKeyAsync(connectionString + ";Password=" + Password);

    private static async Task ExpectRefusalAsync(TestInstallation installation, string[] command, params string[] said)
    {
        var ended = await installation.RunAsync([.. command, .. command[0] == "serve" ? ["--urls", "http://127.0.0.1:0"] : Array.Empty<string>()]);
        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Error.TrimEnd('\n').Split('\n'));
        Assert.All(said, part => Assert.Contains(part, ended.Error, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, ended.Error + ended.Out, StringComparison.Ordinal);
    }
}
