using System.Data.Common;
using System.Globalization;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>The worker replaces a KEK once when it is too old or has made half of its allowed wraps (S7).</summary>
public sealed class KekPolicyWorkerTests : IAsyncLifetime
{
    private const string Workspace = "acc_a";
    private const string Old = "UPDATE project_keys SET created_at = 1 WHERE project_id = @id";
    private static readonly string Worn = string.Create(
        CultureInfo.InvariantCulture, $"UPDATE project_keys SET wraps = {KekPolicy.WornWraps} WHERE project_id = @id");

    private readonly List<TestNode> nodes = [];
    private TestDatabase database = null!;
    private DbConnection stranger = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestEngine.Current.NewDatabaseAsync();
        stranger = database.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.Get<KeyWorker>().StopAsync(CancellationToken.None);
            await node.DisposeAsync();
        }

        await stranger.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Several_nodes_replace_old_and_worn_KEKs_once_and_the_values_stay_readable()
    {
        await OpenAsync(3, oldest: TimeSpan.FromDays(90));
        var (fresh, old, worn, gone) = (await AddAsync("Fresh"), await AddAsync("Old"), await AddAsync("Worn"), await AddAsync("Gone"));
        stranger.Run(Old, ("@id", old.ProjectId));
        stranger.Run(Worn, ("@id", worn.ProjectId));
        stranger.Run(Old, ("@id", gone.ProjectId));
        stranger.Run("UPDATE projects SET deleted_at = 1 WHERE id = @id", ("@id", gone.ProjectId));

        await WorkAsync(destroyed: 2);

        Assert.Equal(
            new[] { old.ProjectId, worn.ProjectId }.Order(StringComparer.Ordinal),
            stranger.All("SELECT project_id FROM audit_entries WHERE action = 'kek.rotate' ORDER BY project_id").Select(row => (string)row[0]));
        Assert.Equal(1, Keks(fresh));
        Assert.Equal(1, Keks(gone));
        foreach (var written in (WrittenVersion[])[fresh, old, worn])
        {
            Assert.Equal(written.Value, await nodes[2].Services.RevealAsync(written));
        }
    }

    [Fact]
    public async Task Without_an_age_limit_only_worn_KEKs_are_replaced()
    {
        await OpenAsync(1, oldest: null);
        var (old, worn) = (await AddAsync("Old"), await AddAsync("Worn"));
        stranger.Run(Old, ("@id", old.ProjectId));
        stranger.Run(Worn, ("@id", worn.ProjectId));

        await WorkAsync(destroyed: 1);

        Assert.Equal((1, 2), (Keks(old), Keks(worn)));
    }

    private async Task OpenAsync(int count, TimeSpan? oldest)
    {
        for (var i = 0; i < count; i++)
        {
            nodes.Add(await TestNode.OpenAsync(
                database, new ScriptedProvider("mk_1"), new QuickClock(TimeSpan.FromMinutes(3 * i)), settings => settings.Keys.OldestKek = oldest));
        }

        await nodes[0].Services.AllowAsync(Workspace);
    }

    private async Task<WrittenVersion> AddAsync(string name)
    {
        var project = await nodes[0].Services.AddProjectAsync(Workspace, name);
        var environment = await nodes[0].Services.AddEnvironmentAsync(Workspace, project, "production");
        return (await nodes[0].Services.WriteAsync(Workspace, project, environment, "ONE"))[0];
    }

    private async Task WorkAsync(int destroyed)
    {
        await Task.WhenAll(nodes.Select(node => node.Get<KeyWorker>().StartAsync(CancellationToken.None)));
        await Until.HoldsAsync(
            "the old KEKs' end",
            () => stranger.One<long>("SELECT count(*) FROM audit_entries WHERE action = 'kek.destroy'") == destroyed);
    }

    private long Keks(WrittenVersion written) =>
        stranger.One<long>("SELECT count(*) FROM project_keys WHERE project_id = @id", ("@id", written.ProjectId));
}
