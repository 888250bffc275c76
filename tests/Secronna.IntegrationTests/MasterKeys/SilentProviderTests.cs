using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>What a node does while its master-key provider is silent or slow, or reports a key as missing.</summary>
public sealed class SilentProviderTests : IAsyncLifetime
{
    private const string Workspace = "acc_a";

    private readonly ScriptedProvider provider = new("mk_1");
    private readonly QuickClock clock = new();
    private TestDatabase database = null!;
    private TestNode node = null!;
    private WrittenVersion[] written = null!;
    private string project = null!;
    private string environment = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestEngine.Current.NewDatabaseAsync();
        node = await TestNode.OpenAsync(database, provider, clock);
        await node.Services.AllowAsync(Workspace);
        project = await node.Services.AddProjectAsync(Workspace, "web");
        environment = await node.Services.AddEnvironmentAsync(Workspace, project, "production");
        written = await node.Services.WriteAsync(Workspace, project, environment, "ONE", "TWO");
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Unwrapped_KEKs_are_used_for_ten_minutes_of_silence_and_no_longer()
    {
        provider.BeSilent();
        clock.Skip(TimeSpan.FromMinutes(9));
        Assert.Equal(written.Select(version => version.Value), await node.Services.RevealAllAsync(written));
        Assert.NotEmpty(await node.Services.WriteAsync(Workspace, project, environment, "THREE"));

        clock.Skip(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCodes.Unavailable, await node.Services.RevealAsync(written[0]));

        provider.Heal();
        Assert.Equal(written[0].Value, await node.Services.RevealAsync(written[0]));
    }

    [Fact]
    public async Task A_provider_that_cannot_list_its_keys_is_used_for_ten_minutes_and_no_longer()
    {
        provider.Before = (call, _, _) => call == ProviderCall.List
            ? throw new MasterKeyUnavailableException("a script", "silent")
            : Task.CompletedTask;
        clock.Skip(TimeSpan.FromMinutes(9));
        node.Ring.Clear();
        Assert.Equal(written[0].Value, await node.Services.RevealAsync(written[0]));

        clock.Skip(TimeSpan.FromMinutes(1));
        node.Ring.Clear();
        Assert.Equal(ErrorCodes.Unavailable, await node.Services.RevealAsync(written[0]));
    }

    [Fact]
    public async Task Operations_that_fail_because_the_provider_is_silent_are_recorded_as_failed()
    {
        await SilenceAsync();

        Assert.Equal(ErrorCodes.Unavailable, await node.Services.RevealAsync(written[0]));
        await Assert.ThrowsAnyAsync<MasterKeyException>(() => node.Services.WriteAsync(Workspace, project, environment, "NEW", "ONE"));
        await Assert.ThrowsAnyAsync<MasterKeyException>(() => node.Services.AddProjectAsync(Workspace, "other"));
        await Assert.ThrowsAnyAsync<MasterKeyException>(() =>
            node.Get<KekService>().RotateAsync(ServiceCalls.Caller(Workspace), project));

        Assert.Equal(
            ["kek.rotate", "project.create", "secret.reveal", "secret.write", "secret.write"], Trail("failed"));
        using var direct = database.Connect();
        Assert.Equal(1, direct.One<long>("SELECT count(*) FROM projects"));
        Assert.Equal(1, direct.One<long>("SELECT count(*) FROM project_keys"));
        Assert.Equal(2, direct.One<long>("SELECT count(*) FROM secret_versions"));
    }

    [Fact]
    public async Task A_key_missing_at_a_refresh_clears_every_unwrapped_KEK_at_once()
    {
        Assert.Equal(written[0].Value, await node.Services.RevealAsync(written[0]));
        Assert.Equal(1, node.Ring.Count);
        provider.Ids = [];

        await node.Get<MasterKeyRing>().RefreshAsync();

        Assert.Equal(0, node.Ring.Count);
        Assert.Equal(ErrorCodes.Unavailable, await node.Services.RevealAsync(written[0]));
        Assert.Equal(["secret.reveal"], Trail("failed"));
    }

    [Fact]
    public async Task A_key_missing_at_a_call_clears_every_unwrapped_KEK_at_once()
    {
        var other = await node.Services.AddProjectAsync(Workspace, "other");
        var place = await node.Services.AddEnvironmentAsync(Workspace, other, "production");
        Assert.Equal(1, node.Ring.Count);
        // The list still has the key, but the call is refused, as with a disabled key.
        provider.Before = (call, id, _) => call == ProviderCall.List ? Task.CompletedTask : throw new MasterKeyMissingException(id!);

        await Assert.ThrowsAsync<MasterKeyMissingException>(() => node.Services.WriteAsync(Workspace, other, place, "ONE"));

        Assert.Equal(0, node.Ring.Count);
        Assert.Equal(ErrorCodes.Unavailable, await node.Services.RevealAsync(written[0]));
        provider.Heal();
        clock.Skip(TimeSpan.FromSeconds(2));
        Assert.Equal(written[0].Value, await node.Services.RevealAsync(written[0]));
    }

    [Fact]
    public async Task Concurrent_reveals_that_need_the_same_KEK_make_one_call()
    {
        node.Ring.Clear();
        var calls = provider.Unwraps;
        var resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.Before = (_, _, _) => resume.Task;
        var reveals = Enumerable.Range(0, 40).Select(i => node.Services.RevealAsync(written[i % 2])).ToList();
        // All reveals are recorded before any KEK is unwrapped. After that, they all wait for the same call.
        await Until.HoldsAsync("the entries", () => Trail("success").Count(action => action == "secret.reveal") == 40);

        resume.SetResult();

        var values = await Task.WhenAll(reveals);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => written[i % 2].Value), values);
        Assert.Equal(calls + 1, provider.Unwraps);
    }

    [Fact]
    [RunsAlone]
    public async Task A_reveal_is_UNAVAILABLE_after_three_tries_at_a_hanging_provider()
    {
        node.Ring.Clear();
        var calls = provider.Unwraps;
        provider.Before = (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation);

        Assert.Equal(ErrorCodes.Unavailable, await node.Services.RevealAsync(written[0]));

        Assert.Equal(calls + 3, provider.Unwraps);
        Assert.Equal(["secret.reveal"], Trail("failed"));
    }

    // After this, no KEK is cached and none can be unwrapped.
    private async Task SilenceAsync()
    {
        provider.BeSilent();
        clock.Skip(MasterKeySource.MaxSilence);
        Assert.Equal(ErrorCodes.NotFound, await node.Services.RevealAsync(written[0] with { Version = 9 }));
    }

    private List<string> Trail(string outcome)
    {
        using var direct = database.Connect();
        return direct.All("SELECT action FROM audit_entries WHERE outcome = @outcome ORDER BY action, sequence", ("@outcome", outcome))
            .ConvertAll(row => (string)row[0]);
    }
}
