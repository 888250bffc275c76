using System.Security.Cryptography;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Storage;

/// <summary>A server that is killed at any moment under load keeps every acknowledged write and no partial one (S30).</summary>
[FlawClass("audit omission")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_KILL_ROUNDS";
    private const string SeedVariable = "SECRONNA_KILL_SEED";
    private const int OrdinaryRounds = 12;
    private const int ThoroughRounds = 100;

    [Fact]
    public async Task A_server_that_is_killed_repeatedly_under_load_loses_no_acknowledged_write()
    {
        var rounds = Rounds.Of(RoundsVariable, OrdinaryRounds, ThoroughRounds);
        var seed = Rounds.Seed(SeedVariable);
        output.WriteLine($"{rounds} rounds; {SeedVariable}={seed}");
        using var installation = await TestInstallation.CreateAsync();
        var ledger = new Ledger();
        var environment = "";
        for (var round = 0; round < rounds; round++)
        {
            await using var server = await installation.ServeAsync();
            using var api = new Api(server.Url, installation.Token);
            environment = environment.Length > 0 ? environment : (await api.CreateEnvironmentAsync("Kill")).EnvironmentId;
            await ledger.CheckAsync(api, environment);
            await LoadAndKillAsync(server, installation, environment, ledger, DelayBeforeKill(seed, round));
        }

        await using var last = await installation.ServeAsync();
        using var check = new Api(last.Url, installation.Token);
        await ledger.CheckAllAsync(check, environment);
        await ledger.CheckAsync(check, environment);
        output.WriteLine(
            $"{ledger.Writes} writes acknowledged, {ledger.Versions} versions, {ledger.Reveals} reveals answered, {ledger.AuditEntries} audit entries");
        Assert.True(ledger.Writes > rounds * 10, "too few writes were acknowledged for the test to mean anything");
    }

    private static async Task LoadAndKillAsync(
        RunningServer server, TestInstallation installation, string environment, Ledger ledger, TimeSpan delay)
    {
        var before = ledger.Writes;
        using var load = new RequestLoad(server.Url, installation.Token, environment, ledger);
        await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > before);
        await Until.HasPassedAsync(delay);
        await server.KillAsync();
        await load.StopAsync();
        Assert.Empty(load.Refused);
    }

    // The kill comes 20 to 300 ms after the first write. A hash of seed and round chooses it, so that a run can be repeated.
    private static TimeSpan DelayBeforeKill(int seed, int round)
    {
        var hash = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(round)]);
        return TimeSpan.FromMilliseconds(20 + (BitConverter.ToUInt32(hash) % 281));
    }
}
