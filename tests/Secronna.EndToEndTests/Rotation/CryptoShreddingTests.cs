using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// What was destroyed is in no byte of the database's files any more, while the server goes on serving (S15): not a deleted
/// secret's boxes, nor what rotation replaced, which old master keys or KEKs would open.
/// </summary>
public sealed class CryptoShreddingTests
{
    [Fact]
    public async Task Nothing_of_deleted_secrets_is_left_under_load()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        var secrets = await server.Api.ListAsync($"/api/v1/environments/{server.Project.EnvironmentId}/secrets");
        var gone = secrets.Take(5).Select(secret => (string)secret["id"]!).ToList();
        await server.AddVersionsAsync($"s.id IN ('{string.Join("', '", gone)}')");
        await server.DestroyAsync(async () =>
        {
            foreach (var id in gone)
            {
                Assert.Equal(200, (await server.Api.DeleteAsync($"/api/v1/secrets/{id}")).Status);
            }
        });
    }

    [Fact]
    public async Task Nothing_that_a_rotation_of_a_KEK_replaced_is_left_under_load()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.Search.AddAsync("the old KEK", $"SELECT wrapped_key FROM project_keys WHERE project_id = '{server.Project.ProjectId}'");
        await server.Search.AddAsync("old data keys", OfVersions("v.wrapped_data_key", $"s.environment_id = '{server.Project.EnvironmentId}'"));
        await server.DestroyAsync(async () =>
        {
            await server.Project.RotateAsync(server.Api);
            await Until.HoldsAsync("the rotation ends", () => server.Database.HasNoRotationAsync(server.Project.ProjectId));
        });
        await server.Project.CheckAllAsync(server.Api);
    }

    [Fact]
    public async Task Nothing_that_a_rotation_of_the_master_key_replaced_is_left_under_load()
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
    public async Task Nothing_that_a_server_replaced_in_place_of_a_killed_command_is_left()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.AddKeysAsync();
        await server.DestroyAsync(async () =>
        {
            await server.Installation.DoAsync("master-key", "generate", "--id", "new-key");
            using var command = new RunningCommand(server.Installation, "master-key", "rotate");
            await Until.HoldsAsync("the rotation begins", async () => await server.Database.ActiveMasterKeyAsync() == "new-key");
            await command.KillAsync();
            await server.Database.ExpireWorkOfProcessAsync(0);
            await Until.HoldsAsync("the rotation ends", async () => await server.Database.CountAsync(InstallationDatabase.CountUnfinishedRotations) == 0);
        });
    }

    [Fact]
    public async Task Nothing_of_a_deleted_project_is_left_under_load()
    {
        using var server = await ServerUnderLoad.BeginAsync();
        await server.Search.AddAsync("its KEK", $"SELECT wrapped_key FROM project_keys WHERE project_id = '{server.Project.ProjectId}'");
        await server.AddVersionsAsync($"s.environment_id = '{server.Project.EnvironmentId}'");
        await server.DestroyAsync(async () =>
            Assert.Equal(200, (await server.Api.DeleteAsync($"/api/v1/projects/{server.Project.ProjectId}?force=true")).Status));
    }

    private static string OfVersions(string column, string where) =>
        $"SELECT {column} FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE {where}";

    /// <summary>A server with a project to destroy and load on another.</summary>
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
            await Search.AddAsync("data keys", OfVersions("v.wrapped_data_key", where));
            await Search.AddAsync("values", OfVersions("v.ciphertext", where));
        }

        public async Task AddKeysAsync()
        {
            await Search.AddAsync("KEKs under the old master key", "SELECT wrapped_key FROM project_keys");
            await Search.AddAsync("the installation key under the old master key", "SELECT wrapped_key FROM installation");
        }

        /// <summary>Destroys while writers write and revealers reveal; what is gone must be gone when they have stopped, too.</summary>
        public async Task DestroyAsync(Func<Task> destroy)
        {
            using var load = new RequestLoadOnNodes(nodes, live, ledger);
            await load.WaitForWritesAsync();
            Search.ExpectAllThere();
            await destroy();
            // Writes would sooner or later take the log's place by themselves: nothing may wait for them.
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
