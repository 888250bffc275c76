using Microsoft.Extensions.DependencyInjection;
using Secronna.Server.Features.Keys;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Installation;

/// <summary>S11 for starts after and during a rotation of the master key.</summary>
public sealed class RotatedStartTests
{
    [Fact]
    public async Task A_start_without_the_new_active_master_key_is_refused_and_nothing_is_written()
    {
        await using var installation = await NewRotatedAsync(isFinished: true);
        await KeepOnlyAsync(installation, "mk_1");

        Assert.Contains("id mk_2; found: mk_1", await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_without_the_old_master_key_works_after_the_rotation_ended()
    {
        await using var installation = await NewRotatedAsync(isFinished: true);
        await KeepOnlyAsync(installation, "mk_2");

        await installation.OpenAsync();

        Assert.Equal(installation.Filled.Select(written => written.Value), await installation.RevealAllAsync(installation.Filled));
    }

    [Theory]
    [InlineData("mk_2", "id mk_1; found: mk_2")]
    [InlineData("mk_1", "id mk_2; found: mk_1")]
    public async Task A_start_during_a_rotation_needs_both_master_keys(string only, string message)
    {
        await using var installation = await NewRotatedAsync(isFinished: false);
        await KeepOnlyAsync(installation, only);

        Assert.Contains(message, await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_during_a_rotation_with_both_master_keys_serves_and_its_worker_ends_the_rotation()
    {
        await using var installation = await NewRotatedAsync(isFinished: false);
        await installation.OpenAsync();
        Assert.Equal(installation.Filled.Select(written => written.Value), await installation.RevealAllAsync(installation.Filled));
        using var connection = installation.ConnectToTamper();
        Assert.Equal(4, connection.One<long>("SELECT count(*) FROM project_keys WHERE master_key_id = 'mk_1'"));
        var worker = installation.Services.GetRequiredService<KeyWorker>();
        await worker.StartAsync(CancellationToken.None);

        await Until.HoldsAsync(
            "the rotation has ended",
            () => connection.One<long>("SELECT count(*) FROM installation WHERE rotation_began_at IS NULL") == 1);

        await worker.StopAsync(CancellationToken.None);
        Assert.Equal(0, connection.One<long>("SELECT count(*) FROM project_keys WHERE master_key_id = 'mk_1'"));
        Assert.Equal(["finished", "started"], connection.All("SELECT name FROM audit_entries WHERE action = 'master_key.rotate' ORDER BY name")
            .Select(row => (string)row[0]));
        installation.ForgetKeys();
        Assert.Equal(installation.Filled.Select(written => written.Value), await installation.RevealAllAsync(installation.Filled));
    }

    /// <summary>
    /// A closed installation whose active master key is mk_2. If the rotation is not finished, every KEK is still under mk_1.
    /// </summary>
    private static async Task<TestInstallation> NewRotatedAsync(bool isFinished)
    {
        var installation = await TestInstallation.CreateAsync();
        await installation.FillAsync();
        var rotation = installation.Services.GetRequiredService<MasterKeyService>();
        await rotation.StartAsync(await rotation.PlanAsync("mk_2"));
        if (isFinished)
        {
            var progress = await installation.Services.GetRequiredService<MasterKeyRewrapper>().RunAsync(null, CancellationToken.None);
            Assert.Equal((4, true), (progress!.Rewrapped, progress.IsDone));
        }

        await installation.CloseAsync();
        return installation;
    }

    private static async Task KeepOnlyAsync(TestInstallation installation, string id) => await File.WriteAllLinesAsync(
        installation.KeyFile, (await File.ReadAllLinesAsync(installation.KeyFile)).Where(line => line.StartsWith(id + " ", StringComparison.Ordinal)));

    private static async Task<string> RefusedUnchangedAsync(TestInstallation installation)
    {
        var before = installation.Database.State();
        var refusal = await Assert.ThrowsAnyAsync<Exception>(installation.OpenAsync);
        Assert.Equal(before, installation.Database.State());
        Assert.Contains("master key", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}
