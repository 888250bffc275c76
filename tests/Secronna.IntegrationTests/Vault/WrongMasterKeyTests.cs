using Microsoft.Extensions.DependencyInjection;
using Secronna.Protocol;
using Secronna.Server.Features.Health;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>A damaged KEK, or other bytes under a master key's id, does no harm to data that does not depend on it.</summary>
public sealed class WrongMasterKeyTests
{
    [Fact]
    public async Task A_KEK_that_does_not_unwrap_stops_neither_the_rewrap_of_the_others_nor_a_start()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        var damaged = all[0].ProjectId;
        using (var connection = installation.ConnectToTamper())
        {
            var box = connection.One<byte[]>("SELECT wrapped_key FROM project_keys WHERE project_id = @id", ("@id", damaged));
            box[^1] ^= 1;
            connection.Run("UPDATE project_keys SET wrapped_key = @box WHERE project_id = @id", ("@box", box), ("@id", damaged));
        }

        var rotation = installation.Services.GetRequiredService<MasterKeyService>();
        var plan = await rotation.PlanAsync("mk_2");
        await rotation.AnnounceAsync(plan.To);
        await rotation.StartAsync(plan);
        var done = await installation.Services.GetRequiredService<MasterKeyRewrapper>().RunAsync(null, CancellationToken.None);

        Assert.Equal((3L, 1, false), (done!.Rewrapped, done.Broken.Count, done.IsDone));
        await installation.CloseAsync();
        await installation.OpenAsync();
        var revealed = await installation.RevealAllAsync(all);
        Assert.Equal(all.Select(written => written.ProjectId == damaged ? ErrorCodes.IntegrityError : written.Value), revealed);
    }

    [Fact]
    public async Task A_node_with_other_bytes_under_the_id_of_a_new_master_key_does_not_announce_it_and_cannot_rotate_to_it()
    {
        await using var installation = await TestInstallation.CreateAsync();
        await installation.FillAsync();
        var rotation = installation.Services.GetRequiredService<MasterKeyService>();
        await rotation.AnnounceAsync("mk_2");
        var watch = installation.Services.GetRequiredService<MasterKeyWatch>();
        await watch.CheckAsync();
        Assert.Equal(["mk_1", "mk_2"], watch.UsableIds.Order(StringComparer.Ordinal));

        await ReplaceAsync(installation, "mk_2");
        installation.ForgetKeys();

        var other = installation.Services.GetRequiredService<MasterKeyWatch>();
        await other.CheckAsync();
        Assert.Equal(["mk_1"], other.UsableIds);
        await Assert.ThrowsAsync<MasterKeyMismatchException>(() => installation.Services.GetRequiredService<MasterKeyService>().AnnounceAsync("mk_2"));
    }

    [Fact]
    public async Task A_node_with_other_bytes_under_the_id_of_the_active_master_key_wraps_nothing()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        await ReplaceAsync(installation, "mk_1");

        await Assert.ThrowsAsync<MasterKeyMismatchException>(() => installation.AddProjectAsync(written.WorkspaceId, "new"));
        using var connection = installation.ConnectToTamper();
        Assert.Equal(4, connection.One<long>("SELECT count(*) FROM project_keys"));
        Assert.Equal(1, connection.One<long>("SELECT count(*) FROM audit_entries WHERE action = 'project.create' AND outcome = 'failed'"));
    }

    private static async Task ReplaceAsync(TestInstallation installation, string id)
    {
        var lines = (await File.ReadAllLinesAsync(installation.KeyFile)).Where(line => !line.StartsWith(id + " ", StringComparison.Ordinal));
        await File.WriteAllLinesAsync(installation.KeyFile, lines);
        MasterKeyFile.Generate(installation.KeyFile, id);
        await installation.Services.GetRequiredService<MasterKeyRing>().RefreshAsync();
    }
}
