using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Keys;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Installation;

/// <summary>S11 after a rotation of the master key, and in the middle of one.</summary>
public sealed class RotatedStartTests
{
    [Fact]
    public async Task Without_the_new_active_key_a_start_is_refused_and_nothing_is_written()
    {
        await using var vault = await RotatedAsync(isFinished: true);
        await KeepOnlyAsync(vault, "mk_1");

        Assert.Contains("id mk_2; found: mk_1", await RefusedUnchangedAsync(vault), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_old_key_a_start_works_once_everything_was_moved()
    {
        await using var vault = await RotatedAsync(isFinished: true);
        await KeepOnlyAsync(vault, "mk_2");

        await vault.OpenAsync();

        Assert.Equal(vault.Filled.Select(written => written.Value), await vault.RevealAllAsync(vault.Filled));
    }

    [Theory]
    [InlineData("mk_2", "id mk_1; found: mk_2")]
    [InlineData("mk_1", "id mk_2; found: mk_1")]
    public async Task In_the_middle_of_a_rotation_a_start_needs_both_keys(string only, string message)
    {
        await using var vault = await RotatedAsync(isFinished: false);
        await KeepOnlyAsync(vault, only);

        Assert.Contains(message, await RefusedUnchangedAsync(vault), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_middle_of_a_rotation_a_start_with_both_keys_serves_and_its_worker_finishes()
    {
        await using var vault = await RotatedAsync(isFinished: false);
        await vault.OpenAsync();
        Assert.Equal(vault.Filled.Select(written => written.Value), await vault.RevealAllAsync(vault.Filled));
        using var stranger = vault.Stranger();
        Assert.Equal(4, stranger.One<long>("SELECT count(*) FROM project_keys WHERE master_key_id = 'mk_1'"));
        var worker = vault.Services.GetRequiredService<KeyWorker>();
        await worker.StartAsync(CancellationToken.None);

        await Until.HoldsAsync(
            "the rotation's end",
            () => stranger.One<long>("SELECT count(*) FROM installation WHERE rotation_began_at IS NULL") == 1);

        await worker.StopAsync(CancellationToken.None);
        Assert.Equal(0, stranger.One<long>("SELECT count(*) FROM project_keys WHERE master_key_id = 'mk_1'"));
        Assert.Equal(["finished", "started"], stranger.All("SELECT name FROM audit_entries WHERE action = 'master_key.rotate' ORDER BY name")
            .Select(row => (string)row[0]));
        vault.Cool();
        Assert.Equal(vault.Filled.Select(written => written.Value), await vault.RevealAllAsync(vault.Filled));
    }

    /// <summary>A closed vault whose active key is mk_2; if it is not finished, every KEK is under mk_1 still.</summary>
    private static async Task<TestInstallation> RotatedAsync(bool isFinished)
    {
        var vault = await TestInstallation.CreateAsync();
        await vault.FillAsync();
        var rotation = vault.Services.GetRequiredService<MasterKeyService>();
        await rotation.StartAsync(await rotation.PlanAsync("mk_2"));
        if (isFinished)
        {
            var progress = await vault.Services.GetRequiredService<MasterKeyRewrapper>().RunAsync(null, CancellationToken.None);
            Assert.Equal((4, true), (progress!.Rewrapped, progress.IsDone));
        }

        await vault.CloseAsync();
        return vault;
    }

    private static async Task KeepOnlyAsync(TestInstallation vault, string id) => await File.WriteAllLinesAsync(
        vault.KeyFile, (await File.ReadAllLinesAsync(vault.KeyFile)).Where(line => line.StartsWith(id + " ", StringComparison.Ordinal)));

    private static async Task<string> RefusedUnchangedAsync(TestInstallation vault)
    {
        var before = vault.Database.State();
        var refusal = await Assert.ThrowsAnyAsync<Exception>(vault.OpenAsync);
        Assert.Equal(before, vault.Database.State());
        Assert.Contains("master key", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}
