using System.Security.Cryptography;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Storage;

/// <summary>Killed at any moment under load, it keeps all that it acknowledged, whole, and nothing by halves (S30).</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_KILL_ROUNDS";
    private const string SeedVariable = "SECRONNA_KILL_SEED";
    private const int DefaultRounds = 100;

    [Fact]
    public async Task Killed_under_load_again_and_again_it_loses_nothing_that_it_acknowledged()
    {
        var rounds = Setting.Number(RoundsVariable) ?? DefaultRounds;
        var seed = Setting.Number(SeedVariable) ?? RandomNumberGenerator.GetInt32(int.MaxValue);
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
            await LoadAndKillAsync(server, installation, environment, ledger, Moment(seed, round));
        }

        await using var last = await installation.ServeAsync();
        using var check = new Api(last.Url, installation.Token);
        await ledger.CheckAllAsync(check, environment);
        await ledger.CheckAsync(check, environment);
        output.WriteLine(
            $"{ledger.Writes} writes acknowledged, {ledger.Versions} versions, {ledger.Reveals} reveals answered, {ledger.AuditEntries} audit entries");
        Assert.True(ledger.Writes > rounds * 10, "the load was too small to say anything");
    }

    private static async Task LoadAndKillAsync(
        RunningServer server, TestInstallation installation, string environment, Ledger ledger, TimeSpan moment)
    {
        var before = ledger.Writes;
        using var load = new RequestLoad(server.Url, installation.Token, environment, ledger);
        await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > before);
        await Until.HasPassedAsync(moment);
        await server.KillAsync();
        await load.StopAsync();
        Assert.Empty(load.Refused);
    }

    // From 20 to 300 ms after the first write: a hash of the seed, so that a run can be repeated.
    private static TimeSpan Moment(int seed, int round)
    {
        var hash = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(round)]);
        return TimeSpan.FromMilliseconds(20 + (BitConverter.ToUInt32(hash) % 281));
    }
}
