using Microsoft.Extensions.DependencyInjection;
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
        await using var installation = await RotatedAsync(isFinished: true);
        await KeepOnlyAsync(installation, "mk_1");

        Assert.Contains("id mk_2; found: mk_1", await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_old_key_a_start_works_once_everything_was_moved()
    {
        await using var installation = await RotatedAsync(isFinished: true);
        await KeepOnlyAsync(installation, "mk_2");

        await installation.OpenAsync();

        Assert.Equal(installation.Filled.Select(written => written.Value), await installation.RevealAllAsync(installation.Filled));
    }

    [Theory]
    [InlineData("mk_2", "id mk_1; found: mk_2")]
    [InlineData("mk_1", "id mk_2; found: mk_1")]
    public async Task In_the_middle_of_a_rotation_a_start_needs_both_keys(string only, string message)
    {
        await using var installation = await RotatedAsync(isFinished: false);
        await KeepOnlyAsync(installation, only);

        Assert.Contains(message, await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_middle_of_a_rotation_a_start_with_both_keys_serves_and_its_worker_finishes()
    {
        await using var installation = await RotatedAsync(isFinished: false);
        await installation.OpenAsync();
        Assert.Equal(installation.Filled.Select(written => written.Value), await installation.RevealAllAsync(installation.Filled));
        using var connection = installation.ConnectToTamper();
        Assert.Equal(4, connection.One<long>("SELECT count(*) FROM project_keys WHERE master_key_id = 'mk_1'"));
        var worker = installation.Services.GetRequiredService<KeyWorker>();
        await worker.StartAsync(CancellationToken.None);

        await Until.HoldsAsync(
            "the rotation's end",
            () => connection.One<long>("SELECT count(*) FROM installation WHERE rotation_began_at IS NULL") == 1);

        await worker.StopAsync(CancellationToken.None);
        Assert.Equal(0, connection.One<long>("SELECT count(*) FROM project_keys WHERE master_key_id = 'mk_1'"));
        Assert.Equal(["finished", "started"], connection.All("SELECT name FROM audit_entries WHERE action = 'master_key.rotate' ORDER BY name")
            .Select(row => (string)row[0]));
        installation.ForgetKeys();
        Assert.Equal(installation.Filled.Select(written => written.Value), await installation.RevealAllAsync(installation.Filled));
    }

    /// <summary>A closed installation whose active key is mk_2; if it is not finished, every KEK is under mk_1 still.</summary>
    private static async Task<TestInstallation> RotatedAsync(bool isFinished)
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
