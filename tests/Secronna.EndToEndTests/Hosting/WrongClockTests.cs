using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>Servers whose wall clock is set wrong while they run, or before they start.</summary>
public sealed partial class WrongClockTests : IAsyncLifetime
{
    private const string Confirm = "secronna-server clock accept";

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private WrongClock clock = null!;
    private TestInstallation installation = null!;

    public async ValueTask InitializeAsync()
    {
        clock = await WrongClock.CreateAsync();
        installation = await TestInstallation.CreateAsync();
        clock.UseFor(installation);
    }

    public ValueTask DisposeAsync()
    {
        installation.Dispose();
        clock.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_running_server_stops_while_its_clock_is_wrong_and_goes_on_by_itself_or_when_an_operator_confirms_it()
    {
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var secret = await WriteAsync(api);

        clock.SetTo(TimeSpan.FromMinutes(-10));
        await ExpectStoppedAsync(api, secret, TimeSpan.FromMinutes(-10));
        clock.SetTo(TimeSpan.Zero);
        Assert.Equal(200, (await RevealAsync(api, secret)).Status);
        await ExpectReadyAsync(api);

        clock.SetTo(TimeSpan.FromHours(25));
        await ExpectStoppedAsync(api, secret, TimeSpan.FromHours(25));
        Assert.StartsWith("the clock is confirmed: it shows ", (await installation.DoAsync("clock", "accept")).Out, StringComparison.Ordinal);
        await Until.HoldsAsync("reveals go on", async () => (await RevealAsync(api, secret)).Status == 200);
        await ExpectReadyAsync(api);
        Assert.Equal("clock.accept success", (await InstallationTrail.ReadAsync(installation))[^1]);
        Assert.False(server.HasExited);
        Assert.Contains("An operator confirmed the clock", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_starts_before_the_newest_entry_is_not_ready_until_the_clock_is_right()
    {
        await ServeOnceAsync();
        clock.SetTo(TimeSpan.FromMinutes(-6));
        await using var server = await installation.ServeUnreadyAsync(Confirm);
        Assert.Contains("Not ready: the server's clock shows ", server.Log, StringComparison.Ordinal);
        using var api = new Api(server.Url, installation.Token);
        Assert.Equal(503, (await api.PostAsync("/api/v1/projects", new JsonObject { ["name"] = "new" })).Status);
        clock.SetTo(TimeSpan.FromMinutes(-4));
        await ExpectReadyAsync(api);
        Assert.Equal(201, (await api.PostAsync("/api/v1/projects", new JsonObject { ["name"] = "new" })).Status);
    }

    [Fact]
    public async Task A_server_that_starts_91_days_after_the_newest_entry_is_not_ready_until_an_operator_confirms_the_clock()
    {
        var secret = await ServeOnceAsync();
        clock.SetTo(TimeSpan.FromDays(91));
        await using (var server = await installation.ServeUnreadyAsync(Confirm))
        {
            using var api = new Api(server.Url, installation.Token);
            Assert.Equal(503, (await RevealAsync(api, secret)).Status);
            await installation.DoAsync("clock", "accept");
            await ExpectReadyAsync(api);
            Assert.Equal(200, (await RevealAsync(api, secret)).Status);
        }

        await using var again = await installation.ServeAsync();
    }

    [Fact]
    public async Task A_clock_that_is_set_back_lets_no_expired_key_live_again()
    {
        var secret = await ServeOnceAsync();
        string token;
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            var key = await api.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "short-lived", ["expiresInDays"] = 1 });
            token = (string)key.Data["token"]!;
        }

        clock.SetTo(TimeSpan.FromHours(25));
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            Assert.Equal(200, (await RevealAsync(api, secret)).Status);
            await ExpectExpiredAsync(server, token);
        }

        clock.SetTo(TimeSpan.Zero);
        await using var back = await installation.ServeUnreadyAsync(Confirm);
        await ExpectExpiredAsync(back, token);
        await installation.DoAsync("clock", "accept");
        using var last = new Api(back.Url, installation.Token);
        await ExpectReadyAsync(last);
        await ExpectExpiredAsync(back, token);
    }

    [Fact]
    public async Task A_trial_server_needs_no_confirmation_when_it_starts()
    {
        var settings = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = installation.Environment["LD_PRELOAD"],
            ["TEST_CLOCK_FILE"] = installation.Environment["TEST_CLOCK_FILE"],
        };
        await using (await RunningServer.StartAsync(installation.Folder.Path, settings, "dev", "--port", "0"))
        {
        }

        clock.SetTo(TimeSpan.FromDays(91));
        await using var again = await RunningServer.StartAsync(installation.Folder.Path, settings, "dev", "--port", "0");
    }

    // Runs a server that records something, and returns a secret's id.
    private async Task<string> ServeOnceAsync()
    {
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        return await WriteAsync(api);
    }

    private static async Task<string> WriteAsync(Api api)
    {
        var written = await api.WriteAsync((await api.CreateEnvironmentAsync("Clock")).EnvironmentId, "KEY", "a value");
        return (string)written.Data["id"]!;
    }

    private static Task<Answer> RevealAsync(Api api, string secret) => api.PostAsync($"/api/v1/secrets/{secret}/reveal");

    private static async Task ExpectStoppedAsync(Api api, string secret, TimeSpan difference)
    {
        var refused = await RevealAsync(api, secret);
        Assert.Equal((503, "UNAVAILABLE"), (refused.Status, refused.ErrorCode));
        var message = (string)refused.Envelope["error"]!["message"]!;
        var times = Times().Matches(message).Select(match => DateTimeOffset.Parse(match.Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, times.Count);
        Assert.InRange(times[0] - times[1], difference - Slack, difference + Slack);
        Assert.InRange(times[1], TimeProvider.System.GetUtcNow() - Slack, TimeProvider.System.GetUtcNow() + Slack);
        Assert.Contains(Confirm, message, StringComparison.Ordinal);
        await Until.HoldsAsync("the server is not ready", async () =>
            await api.GetAsync("/health/ready") is { Status: 503 } answer
            && answer.Envelope.ToJsonString().Contains(Confirm, StringComparison.Ordinal));
    }

    private static Task<TimeSpan> ExpectReadyAsync(Api api) =>
        Until.HoldsAsync("the server is ready", async () => (await api.GetAsync("/health/ready")).Status == 200);

    private static async Task ExpectExpiredAsync(RunningServer server, string token)
    {
        using var api = new Api(server.Url, token);
        Assert.Equal(401, (await api.GetAsync("/api/v1/me")).Status);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+Z")]
    private static partial Regex Times();
}
