using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>What is in the ring of unwrapped KEKs is what may be used, and no lease of it is lost.</summary>
public sealed class KekLeaseTests
{
    [Fact]
    public async Task A_KEK_with_a_malformed_id_is_never_unwrapped_and_its_reveals_fail_on_record()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        using var connection = installation.ConnectToTamper();
        var binding = MasterKeyBinding.ForKek(written.WorkspaceId, written.ProjectId, "nonsense", "mk_1");
        var box = await installation.Services.GetRequiredService<MasterKeyRing>().WrapAsync(binding, new byte[32]);
        connection.Run("UPDATE project_keys SET id = 'nonsense', wrapped_key = @box WHERE project_id = @project",
            ("@box", box), ("@project", written.ProjectId));
        connection.Run("UPDATE secret_versions SET kek_id = 'nonsense' WHERE secret_id = @id", ("@id", written.SecretId));
        installation.ForgetKeys();

        Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written));

        Assert.Equal(0, installation.Services.GetRequiredService<KeyRing>().Count);
        Assert.Equal(1, installation.Failures()[(written.SecretId, written.Version)]);
    }

    [Fact]
    public async Task A_KEK_destroyed_while_it_is_unwrapped_is_not_kept()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        using var connection = installation.ConnectToTamper();
        var id = connection.One<string>("SELECT id FROM project_keys WHERE project_id = @id", ("@id", written.ProjectId));
        using var ring = new KeyRing(10, TimeSpan.FromMinutes(10));
        var clock = new HookedClock();
        using var keks = new KekLeases(
            installation.Services.GetRequiredService<Database>(), installation.Services.GetRequiredService<MasterKeyRing>(), ring, clock);
        using (var whole = await keks.LeaseAsync(id))
        {
            Assert.NotNull(whole);
        }

        keks.Forget(id);
        // The clock is asked once for the look into the ring, and again between the row's read and the ring's Add.
        clock.AfterReads(2, () =>
        {
            connection.Run("UPDATE project_keys SET state = 'destroyed', wrapped_key = NULL WHERE id = @id", ("@id", id));
            keks.Forget(id);
        });

        Assert.Null(await keks.LeaseAsync(id));

        Assert.Equal(0, ring.Count);
        Assert.True(clock.IsDone);
    }

    private sealed class HookedClock : TimeProvider
    {
        private Action? hook;
        private int looks;

        public bool IsDone => looks <= 0 && hook is not null;

        public void AfterReads(int count, Action action) => (looks, hook) = (count, action);

        public override long GetTimestamp()
        {
            if (--looks == 0)
            {
                hook?.Invoke();
            }

            return base.GetTimestamp();
        }
    }
}
