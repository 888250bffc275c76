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
        using var scene = await Scene.BeginAsync();
        var secrets = await scene.Api.ListAsync($"/api/v1/environments/{scene.Bulk.EnvironmentId}/secrets");
        var gone = secrets.Take(5).Select(secret => (string)secret["id"]!).ToList();
        await scene.AddVersionsAsync($"s.id IN ('{string.Join("', '", gone)}')");
        await scene.DestroyAsync(async () =>
        {
            foreach (var id in gone)
            {
                Assert.Equal(200, (await scene.Api.DeleteAsync($"/api/v1/secrets/{id}")).Status);
            }
        });
    }

    [Fact]
    public async Task Nothing_that_a_rotation_of_a_KEK_replaced_is_left_under_load()
    {
        using var scene = await Scene.BeginAsync();
        await scene.Needles.AddAsync("the old KEK", $"SELECT wrapped_key FROM project_keys WHERE project_id = '{scene.Bulk.ProjectId}'");
        await scene.Needles.AddAsync("old data keys", OfVersions("v.wrapped_data_key", $"s.environment_id = '{scene.Bulk.EnvironmentId}'"));
        await scene.DestroyAsync(async () =>
        {
            await scene.Bulk.RotateAsync(scene.Api);
            await Until.HoldsAsync("the rotation ends", () => scene.Stored.IsAtRestAsync(scene.Bulk.ProjectId));
        });
        await scene.Bulk.CheckAllAsync(scene.Api);
    }

    [Fact]
    public async Task Nothing_that_a_rotation_of_the_master_key_replaced_is_left_under_load()
    {
        using var scene = await Scene.BeginAsync();
        await scene.AddKeysAsync();
        await scene.DestroyAsync(async () =>
        {
            await scene.Installation.DoAsync("master-key", "generate");
            await scene.Installation.DoAsync("master-key", "rotate");
        });
        await scene.Bulk.CheckAllAsync(scene.Api);
    }

    [Fact]
    public async Task Nothing_that_a_server_replaced_in_place_of_a_killed_command_is_left()
    {
        using var scene = await Scene.BeginAsync();
        await scene.AddKeysAsync();
        await scene.DestroyAsync(async () =>
        {
            await KillRotationAsync(scene);
            await scene.Stored.ForgetAsync(0);
            await Until.HoldsAsync("the rotation ends", async () => await scene.Stored.CountAsync(Stored.Rotating) == 0);
        });
    }

    // A command that was quicker than the kill has left nothing to the server: then once more.
    private static async Task KillRotationAsync(Scene scene)
    {
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            var key = $"new-key-{attempt}";
            await scene.Installation.DoAsync("master-key", "generate", "--id", key);
            using var command = new RunningCommand(scene.Installation, "master-key", "rotate", "--to", key);
            await Until.HoldsAsync("the rotation begins", async () => await scene.Stored.ActiveMasterKeyAsync() == key);
            await command.KillAsync();
            if (await scene.Stored.CountAsync(Stored.Rotating) > 0)
            {
                return;
            }
        }

        Assert.Fail("every command had ended its rotation before it was killed");
    }

    [Fact]
    public async Task Nothing_of_a_deleted_project_is_left_under_load()
    {
        using var scene = await Scene.BeginAsync();
        await scene.Needles.AddAsync("its KEK", $"SELECT wrapped_key FROM project_keys WHERE project_id = '{scene.Bulk.ProjectId}'");
        await scene.AddVersionsAsync($"s.environment_id = '{scene.Bulk.EnvironmentId}'");
        await scene.DestroyAsync(async () =>
            Assert.Equal(200, (await scene.Api.DeleteAsync($"/api/v1/projects/{scene.Bulk.ProjectId}?force=true")).Status));
    }

    private static string OfVersions(string column, string where) =>
        $"SELECT {column} FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE {where}";

    /// <summary>A server with a project to destroy and load on another.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly NodeSet nodes;
        private readonly Ledger ledger = new();
        private string live = "";

        private Scene(NodeSet nodes) => (this.nodes, Api, Stored, Needles) = (nodes, nodes[0].Connect(), new(nodes.Installation), new(nodes.Installation));

        public Api Api { get; }

        public Bulk Bulk { get; private set; } = null!;

        public Stored Stored { get; }

        public Needles Needles { get; }

        public TestInstallation Installation => nodes.Installation;

        public static async Task<Scene> BeginAsync()
        {
            var scene = new Scene(await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)));
            scene.Bulk = await Bulk.FillAsync(scene.Api, "To destroy", rounds: 2, keys: 100);
            (_, scene.live) = await scene.Api.CreateEnvironmentAsync("Live");
            return scene;
        }

        public async Task AddVersionsAsync(string where)
        {
            await Needles.AddAsync("data keys", OfVersions("v.wrapped_data_key", where));
            await Needles.AddAsync("values", OfVersions("v.ciphertext", where));
        }

        public async Task AddKeysAsync()
        {
            await Needles.AddAsync("KEKs under the old master key", "SELECT wrapped_key FROM project_keys");
            await Needles.AddAsync("the installation key under the old master key", "SELECT wrapped_key FROM installation");
        }

        /// <summary>Destroys while writers write and revealers reveal; what is gone must be gone when they have stopped, too.</summary>
        public async Task DestroyAsync(Func<Task> destroy)
        {
            using var load = new LoadOnNodes(nodes, live, ledger);
            await load.GoesOnAsync();
            Needles.ExpectAllThere();
            await destroy();
            // Writes would sooner or later take the log's place by themselves: nothing may wait for them.
            await load.StopAsync();
            await Needles.ExpectNoneLeftAsync();
        }

        public void Dispose()
        {
            Api.Dispose();
            nodes.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
