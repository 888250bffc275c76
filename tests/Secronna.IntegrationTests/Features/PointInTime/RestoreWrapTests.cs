using Microsoft.Extensions.DependencyInjection;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.PointInTime;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A restore counts each wrap that it makes, also when its transaction is undone and run again (S7).</summary>
public sealed class RestoreWrapTests
{
    [Fact]
    public async Task A_version_that_was_sealed_inside_a_transaction_is_counted_again_when_the_transaction_runs_again()
    {
        await using var installation = await TestInstallation.CreateAsync();
        await installation.AllowAsync("acc_a");
        var projectId = await installation.AddProjectAsync("acc_a", "web");
        var environmentId = await installation.AddEnvironmentAsync("acc_a", projectId, "production");
        await installation.WriteAsync("acc_a", projectId, environmentId, "KEY");
        using var connection = installation.ConnectToTamper();
        var order = new RestoreOrder(new Instant(connection.One<long>("SELECT max(instant) FROM secret_changes")), false, false, null);
        await installation.WriteAsync("acc_a", projectId, environmentId, "KEY");
        var caller = TestInstallation.Caller("acc_a");
        using var resealed = new ResealedVersions(
            installation.Services.GetRequiredService<Database>(), installation.Services.GetRequiredService<SecretOpener>(),
            installation.Services.GetRequiredService<PlaintextBudget>());
        var plan = await PlanAsync(installation, caller, environmentId, order);
        using var kek = await installation.Services.GetRequiredService<KekLeases>().LeaseAsync(plan.Kek.Id);
        await resealed.SealAsync(caller, plan, kek!, resealed.Missing(plan, keepsValues: true), keepsValues: true);
        Assert.Equal(0, resealed.CountToSealAgain(plan, kek!));

        // Another write took the number for which the version was sealed.
        await installation.WriteAsync("acc_a", projectId, environmentId, "KEY");
        var overtaken = await PlanAsync(installation, caller, environmentId, order);
        Assert.Equal(1, resealed.CountToSealAgain(overtaken, kek!));
        var minted = Assert.Single(resealed.ToVersions(caller, overtaken, kek!, null));

        Assert.Equal(4, minted.Version);
        Assert.Equal(1, resealed.CountToSealAgain(overtaken, kek!));
    }

    private static Task<RestorePlan> PlanAsync(
        TestInstallation installation, Caller caller, string environmentId, RestoreOrder order) =>
        installation.Services.GetRequiredService<RestorePlanner>().PlanAsync(caller, environmentId, order);
}
