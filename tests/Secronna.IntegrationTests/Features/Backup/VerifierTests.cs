using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Vault.Tampering;
using Secronna.Server.Features.Backup;
using Secronna.Server.Features.Secrets;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.Features.Backup;

/// <summary>What a verification says of destroyed versions, tags and old wraps.</summary>
public sealed class VerifierTests : IAsyncLifetime
{
    private TestInstallation installation = null!;
    private WrittenVersion first = null!;

    // KEY has three versions, and the first is destroyed.
    public async ValueTask InitializeAsync()
    {
        installation = await TestInstallation.CreateAsync();
        await installation.AllowAsync("acc_a");
        var projectId = await installation.AddProjectAsync("acc_a", "web");
        var environmentId = await installation.AddEnvironmentAsync("acc_a", projectId, "production");
        first = (await installation.WriteAsync("acc_a", projectId, environmentId, "KEY"))[0];
        await installation.WriteAsync("acc_a", projectId, environmentId, "KEY");
        await installation.WriteAsync("acc_a", projectId, environmentId, "KEY");
        await installation.Services.GetRequiredService<VersionDestruction>()
            .DestroyAsync(TestInstallation.Caller("acc_a"), first.SecretId, 1);
    }

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task Destroyed_versions_are_counted_and_are_no_problem_also_once_their_secret_is_deleted()
    {
        var found = await VerifyAsync();
        Assert.Empty(found.Problems);
        Assert.Equal((2, 1, 0), (found.Versions, found.DestroyedVersions, found.OldWraps));
        Assert.Contains(", 1 destroyed version, ", found.ToString(), StringComparison.Ordinal);

        await installation.Services.GetRequiredService<SecretService>().DeleteAsync(TestInstallation.Caller("acc_a"), first.SecretId);

        found = await VerifyAsync();
        Assert.Empty(found.Problems);
        Assert.Equal((0, 0, 1), (found.Versions, found.DestroyedVersions, found.DeletedSecrets));
    }

    [Fact]
    public async Task Old_wraps_are_counted_and_are_no_problem()
    {
        using var connection = installation.ConnectToTamper();
        await installation.MakeOldAsync(first with { Version = 2 });
        var found = await VerifyAsync();
        // The version was sealed anew beside the trail, which is a problem. Its wrap is none.
        Assert.Equal(
            $"version 2 of secret {first.SecretId} holds another sealed value than the one that the trail says was written",
            Assert.Single(found.Problems));
        Assert.Equal((2, 1), (found.Versions, found.OldWraps));
        Assert.Contains("(1 old wrap: ", found.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE secret_versions SET kek_id = 'kek', wrapped_data_key = @box, ciphertext = @box, tag = @box WHERE version = 1", "version 1 of secret @id is destroyed and still holds a sealed value")]
    [InlineData("UPDATE secret_versions SET tag = @box WHERE version = 2", "version 2 of secret @id has a tag that is not the tag of its ciphertext")]
    [InlineData("UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, ciphertext = NULL, tag = NULL WHERE version = 2", "version 2 of secret @id has no sealed value")]
    [InlineData("UPDATE secret_changes SET version = 2 WHERE destroyed = 1", "the history of secret @id does not match")]
    [InlineData("UPDATE secret_changes SET destroyed = 3 WHERE destroyed = 1", "the history of secret @id does not match")]
    [InlineData("UPDATE secret_changes SET instant = 1 WHERE destroyed = 1", "the history of secret @id does not match")]
    [InlineData("UPDATE secret_changes SET destroyed = NULL, destroyed_by = NULL WHERE destroyed = 1", "the history of secret @id does not match")]
    public async Task Damage_around_destroyed_versions_and_tags_is_named(string sql, string problem)
    {
        using (var connection = installation.ConnectToTamper())
        {
            connection.Run(sql, ("@box", new byte[16]));
        }

        Assert.Contains(
            (await VerifyAsync()).Problems,
            found => found.StartsWith(problem.Replace("@id", first.SecretId, StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private async Task<Verification> VerifyAsync()
    {
        var engine = installation.Database.EngineWith(TimeProvider.System);
        await using var snapshot = await engine.OpenSnapshotAsync();
        var masterKeys = installation.Services.GetRequiredService<MasterKeyRing>();
        return await new InstallationVerifier(masterKeys, TimeProvider.System, _ => { }).VerifyAsync(engine, snapshot, CancellationToken.None);
    }
}
