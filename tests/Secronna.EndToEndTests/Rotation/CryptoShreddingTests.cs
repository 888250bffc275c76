using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// Destroyed content leaves no byte in the database's files, although the server goes on serving (S15). Destroyed content is the
/// ciphertexts of a deleted secret, or the wrapped keys that a rotation replaced. An old master key or KEK could open such keys.
/// </summary>
public sealed class CryptoShreddingTests
{
    [Fact]
    public async Task Under_load_nothing_of_deleted_secrets_is_left_in_the_files()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        var secrets = await server.Api.ListAsync($"/api/v1/environments/{server.Project.EnvironmentId}/secrets");
        var deleted = secrets.Take(5).Select(secret => (string)secret["id"]!).ToList();
        await server.AddVersionsAsync($"s.id IN ('{string.Join("', '", deleted)}')");
        await server.DestroyAsync(async () =>
        {
            foreach (var id in deleted)
            {
                Assert.Equal(200, (await server.Api.DeleteAsync($"/api/v1/secrets/{id}")).Status);
            }
        });
    }

    [Fact]
    public async Task Under_load_nothing_that_a_KEK_rotation_replaced_is_left_in_the_files()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.Search.AddAsync("the old KEK", $"SELECT wrapped_key FROM project_keys WHERE project_id = '{server.Project.ProjectId}'");
        await server.Search.AddAsync("the old wrapped data keys", SelectFromVersions("v.wrapped_data_key", $"s.environment_id = '{server.Project.EnvironmentId}'"));
        await server.DestroyAsync(async () =>
        {
            await server.Project.RotateAsync(server.Api);
            await Until.HoldsAsync("the rotation ends", () => server.Database.HasNoRotationAsync(server.Project.ProjectId));
        });
        await server.Project.CheckAllAsync(server.Api);
    }

    [Fact]
    public async Task Under_load_nothing_that_a_master_key_rotation_replaced_is_left_in_the_files()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.AddKeysAsync();
        await server.DestroyAsync(async () =>
        {
            await server.Installation.DoAsync("master-key", "generate");
            await server.Installation.DoAsync("master-key", "rotate");
        });
        await server.Project.CheckAllAsync(server.Api);
    }

    [Fact]
    public async Task When_a_server_finishes_the_rotation_of_a_killed_command_nothing_that_it_replaced_is_left()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.AddKeysAsync();
        await server.DestroyAsync(async () =>
        {
            await KillRotationAsync(server);
            await server.Database.ExpireWorkOfProcessAsync(0);
            await Until.HoldsAsync("the rotation ends", async () => await server.Database.CountAsync(InstallationDatabase.CountUnfinishedRotations) == 0);
        });
    }

    // A command that ends before the kill leaves nothing for the server to do. Then another rotation is killed.
    private static async Task KillRotationAsync(ServerUnderLoad server)
    {
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            var key = $"new-key-{attempt}";
            await server.Installation.DoAsync("master-key", "generate", "--id", key);
            using var command = new RunningCommand(server.Installation, "master-key", "rotate", "--to", key);
            await Until.HoldsAsync("the rotation begins", async () => await server.Database.ActiveMasterKeyAsync() == key);
            await command.KillAsync();
            if (await server.Database.CountAsync(InstallationDatabase.CountUnfinishedRotations) > 0)
            {
                return;
            }
        }

        Assert.Fail("every command had ended its rotation before it was killed");
    }

    [Fact]
    public async Task Under_load_nothing_of_a_deleted_project_is_left_in_the_files()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.Search.AddAsync("its KEK", $"SELECT wrapped_key FROM project_keys WHERE project_id = '{server.Project.ProjectId}'");
        await server.AddVersionsAsync($"s.environment_id = '{server.Project.EnvironmentId}'");
        await server.DestroyAsync(async () =>
            Assert.Equal(200, (await server.Api.DeleteAsync($"/api/v1/projects/{server.Project.ProjectId}?force=true")).Status));
    }

    private static string SelectFromVersions(string column, string where) =>
        $"SELECT {column} FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE {where}";

    /// <summary>A server with a project to destroy, and with load on another project during the destruction.</summary>
    private sealed class ServerUnderLoad : IDisposable
    {
        private readonly NodeSet nodes;
        private readonly Ledger ledger = new();
        private string live = "";

        private ServerUnderLoad(NodeSet nodes) => (this.nodes, Api, Database, Search) = (nodes, nodes[0].Connect(), new(nodes.Installation), new(nodes.Installation));

        public Api Api { get; }

        public FilledProject Project { get; private set; } = null!;

        public InstallationDatabase Database { get; }

        public DatabaseFileSearch Search { get; }

        public TestInstallation Installation => nodes.Installation;

        public static async Task<ServerUnderLoad> BeginAsync()
        {
            var server = new ServerUnderLoad(await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)));
            server.Project = await FilledProject.FillAsync(server.Api, "To destroy", rounds: 2, keys: 100);
            (_, server.live) = await server.Api.CreateEnvironmentAsync("Live");
            return server;
        }

        public async Task AddVersionsAsync(string where)
        {
            await Search.AddAsync("data keys", SelectFromVersions("v.wrapped_data_key", where));
            await Search.AddAsync("values", SelectFromVersions("v.ciphertext", where));
        }

        public async Task AddKeysAsync()
        {
            await Search.AddAsync("KEKs under the old master key", "SELECT wrapped_key FROM project_keys");
            await Search.AddAsync("the installation key under the old master key", "SELECT wrapped_key FROM installation");
        }

        /// <summary>Destroys something under load, stops the load, and expects that nothing of it is left in the files.</summary>
        public async Task DestroyAsync(Func<Task> destroy)
        {
            using var load = new RequestLoadOnNodes(nodes, live, ledger);
            await load.WaitForWritesAsync();
            Search.ExpectAllFound();
            await destroy();
            // Further writes would overwrite the log sooner or later. The destruction must not depend on them.
            await load.StopAsync();
            await Search.ExpectNoneLeftAsync();
        }

        public void Dispose()
        {
            Api.Dispose();
            nodes.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
