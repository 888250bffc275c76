using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Keys;
using Secronna.Server.Vault;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>What happens when a node pauses in the middle of its work while another node rotates keys.</summary>
public sealed class PausedNodeTests : IAsyncLifetime
{
    private const string Workspace = "acc_a";

    private readonly ScriptedProvider provider = new("mk_1", "mk_2", "mk_3");
    private readonly TaskCompletionSource resume = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestDatabase database = null!;
    private TestNode late = null!;
    private TestNode other = null!;
    private WrittenVersion written = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestEngine.Current.NewDatabaseAsync();
        late = await TestNode.OpenAsync(database, provider, new QuickClock());
        other = await TestNode.OpenAsync(database, new ScriptedProvider("mk_1", "mk_2", "mk_3"), new QuickClock());
        await late.Services.AllowAsync(Workspace);
        var project = await late.Services.AddProjectAsync(Workspace, "web");
        var environment = await late.Services.AddEnvironmentAsync(Workspace, project, "production");
        written = (await late.Services.WriteAsync(Workspace, project, environment, "ONE"))[0];
    }

    public async ValueTask DisposeAsync()
    {
        resume.TrySetResult();
        await late.DisposeAsync();
        await other.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_paused_rewrap_puts_no_KEK_under_a_master_key_that_was_retired_meanwhile()
    {
        await StartAsync(other, "mk_2");
        PauseAt(ProviderCall.Wrap);
        var rewrapping = late.Get<MasterKeyRewrapper>().RunAsync(null, CancellationToken.None);
        await paused.Task;

        await StartAsync(other, "mk_3");
        await other.Get<MasterKeyService>().RetireAsync("mk_2");
        resume.SetResult();

        Assert.Equal((1, true), ((await rewrapping)!.Rewrapped, (await rewrapping)!.IsDone));
        using var direct = database.Connect();
        Assert.Equal("mk_3", direct.One<string>("SELECT master_key_id FROM project_keys"));
        Assert.Equal(written.Value, await other.Services.RevealAsync(written));
    }

    [Fact]
    public async Task A_master_key_retired_between_plan_and_start_of_a_rotation_does_not_become_active()
    {
        var rotation = late.Get<MasterKeyService>();
        var plan = await rotation.PlanAsync("mk_2");
        await rotation.AnnounceAsync(plan.To);
        await other.Get<MasterKeyService>().RetireAsync("mk_2");

        var refusal = await Assert.ThrowsAsync<Secronna.Server.MasterKeys.SettingsException>(() => rotation.StartAsync(plan));

        Assert.Contains("mk_2 was retired", refusal.Message, StringComparison.Ordinal);
        using var direct = database.Connect();
        Assert.Equal("mk_1", direct.One<string>("SELECT active_master_key_id FROM installation"));
        Assert.Equal(0, direct.One<long>("SELECT count(*) FROM audit_entries WHERE action = 'master_key.rotate'"));
    }

    [Fact]
    public async Task A_reveal_succeeds_when_its_KEK_is_replaced_while_it_is_being_unwrapped()
    {
        var row = await late.Database.ReadAsync(written, static (session, it) =>
            VersionTable.FindSealedAsync(session, it.WorkspaceId, it.SecretId, it.Version));
        await RotateAsync(other);
        late.Ring.Clear();
        PauseAt(ProviderCall.Unwrap);
        var opening = late.Get<SecretOpener>().OpenAsync(ServiceCalls.Caller(Workspace), row!).AsTask();
        await paused.Task;

        await RotateAsync(other);
        resume.SetResult();

        using var revealed = await opening;
        Assert.Equal(written.Value, System.Text.Encoding.UTF8.GetString(revealed.Value.Span));
        using var direct = database.Connect();
        Assert.Equal(0, direct.One<long>("SELECT count(*) FROM audit_entries WHERE outcome = 'failed'"));
    }

    [Fact]
    public async Task A_write_is_sealed_again_under_the_new_KEK_when_its_KEK_retires_before_its_transaction()
    {
        late.Ring.Clear();
        PauseAt(ProviderCall.Unwrap);
        var write = late.Services.WriteAsync(Workspace, written.ProjectId, written.EnvironmentId, "TWO");
        await paused.Task;

        var active = await ActiveAsync(other);
        var next = await other.Get<KekRotation>().ReplaceAsync(ServiceCalls.Caller(Workspace), active);
        resume.SetResult();

        var second = Assert.Single(await write);
        using var direct = database.Connect();
        Assert.Equal(next!.Id, direct.One<string>("SELECT kek_id FROM secret_versions WHERE secret_id = @id", ("@id", second.SecretId)));
        Assert.Equal(second.Value, await other.Services.RevealAsync(second));
    }

    [Fact]
    public async Task A_reveal_succeeds_when_its_KEK_is_rewrapped_and_the_old_master_key_removed_meanwhile()
    {
        late.Ring.Clear();
        PauseAt(ProviderCall.Unwrap);
        var reveal = late.Services.RevealAsync(written);
        await paused.Task;

        await StartAsync(other, "mk_2");
        Assert.True((await other.Get<MasterKeyRewrapper>().RunAsync(null, CancellationToken.None))!.IsDone);
        provider.Ids = ["mk_2", "mk_3"];
        resume.SetResult();

        Assert.Equal(written.Value, await reveal);
    }

    private void PauseAt(ProviderCall at) => provider.Before = (call, _, _) =>
    {
        if (call == at)
        {
            paused.TrySetResult();
            return resume.Task;
        }

        return Task.CompletedTask;
    };

    private static async Task StartAsync(TestNode node, string masterKey)
    {
        var rotation = node.Get<MasterKeyService>();
        var plan = await rotation.PlanAsync(masterKey);
        await rotation.AnnounceAsync(plan.To);
        await rotation.StartAsync(plan);
    }

    private async Task RotateAsync(TestNode node)
    {
        var active = await ActiveAsync(node);
        await node.Get<KekRotation>().ReplaceAsync(ServiceCalls.Caller(Workspace), active);
        Assert.True(await node.Get<KekRewrapper>().RunAsync(active, CancellationToken.None));
    }

    private async Task<KekRow> ActiveAsync(TestNode node) =>
        (await node.Database.ReadAsync(written.ProjectId, static (session, id) => KekTable.FindActiveAsync(session, id)))!;
}
