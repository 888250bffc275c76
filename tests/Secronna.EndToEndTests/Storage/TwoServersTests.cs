using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Storage;

/// <summary>
/// Two servers on one SQLite file, a mistake that operators make: they are slower, but no write is lost and none is done twice.
/// </summary>
public sealed class TwoServersTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Two_servers_on_one_file_lose_no_write_and_do_none_twice()
    {
        using var installation = await TestInstallation.CreateAsync();
        var ledger = new Ledger();
        await using var one = await installation.ServeAsync();
        await using var two = await installation.ServeAsync();
        using var api = new Api(one.Url, installation.Token);
        var environment = (await api.CreateEnvironmentAsync("Two")).EnvironmentId;
        using (var first = new RequestLoad(one.Url, installation.Token, environment, ledger, 8, 8))
        using (var second = new RequestLoad(two.Url, installation.Token, environment, ledger, 8, 8))
        {
            await Until.HoldsAsync("both servers acknowledge writes", () => ledger.Writes > 1_500);
            await Task.WhenAll(first.StopAsync(), second.StopAsync());
            output.WriteLine($"refused: {first.Refused.Count} and {second.Refused.Count}; writes {ledger.Writes}");
            Assert.Equal(0, first.Failures + second.Failures);
            Assert.All(first.Refused.Concat(second.Refused), answer => Assert.Equal("UNAVAILABLE", answer.ErrorCode));
        }

        await two.KillAsync();
        await ledger.CheckAllAsync(api, environment);
        await ledger.CheckAsync(api, environment);
    }
}
