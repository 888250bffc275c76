using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>The ring of unwrapped KEKs never holds a KEK that must not be used.</summary>
public sealed class KekLeaseTests
{
    [Fact]
    public async Task A_KEK_with_a_malformed_id_is_never_unwrapped_and_its_failed_reveals_are_recorded()
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
    public async Task A_KEK_that_is_destroyed_while_it_is_being_unwrapped_is_not_kept()
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
        // The clock is read once for the search of the ring, and again after the row is read and before the ring's Add.
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
        private int readings;

        public bool IsDone => readings <= 0 && hook is not null;

        public void AfterReads(int count, Action action) => (readings, hook) = (count, action);

        public override long GetTimestamp()
        {
            if (--readings == 0)
            {
                hook?.Invoke();
            }

            return base.GetTimestamp();
        }
    }
}
