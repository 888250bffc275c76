using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary><c>run --fallback</c> while the server answers, is away, hangs, and is back with the key revoked.</summary>
public sealed class CliFallbackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Copy => folder["copy"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_copy_is_used_while_the_server_is_away_and_not_after_the_key_is_revoked()
    {
        await using var dev = await DevServer.StartAsync();
        using var admin = dev.Connect();
        var accessKey = (await admin.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "app" })).Data;
        var app = new CommandLine(folder.Path, dev.Url, (string)accessKey["token"]!);

        var there = await RunAsync(app);
        Assert.Equal((0, "Hello from Secronna", ""), (there.ExitCode, there.Out, there.Error));
        await RunAsync(app);
        Assert.Single(await admin.ListAsync($"/api/v1/audit?action=secret.reveal&actorId={accessKey["id"]}"));
        await dev.StopAsync();

        var away = await RunAsync(app);
        Assert.Equal((0, "Hello from Secronna"), (away.ExitCode, away.Out));
        Assert.Contains("no record of this read", away.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello", away.Error, StringComparison.Ordinal);
        AssertHasNoValue();

        await dev.StartAgainAsync();
        Assert.Equal(200, (await admin.PostAsync($"/api/v1/access-keys/{accessKey["id"]}/revoke")).Status);
        var revoked = await RunAsync(app);
        Assert.Equal((1, ""), (revoked.ExitCode, revoked.Out));
        Assert.Contains("Error [AUTH_REQUIRED]", revoked.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Copy));
    }

    [Fact]
    public async Task A_server_that_never_answers_counts_as_away()
    {
        await using var dev = await DevServer.StartAsync();
        await RunAsync(dev.Cli);
        await dev.StopAsync();

        using var silent = new TcpListener(IPAddress.Loopback, new Uri(dev.Url).Port);
        silent.Start();
        var hanging = await RunAsync(dev.Cli);
        Assert.Equal((0, "Hello from Secronna"), (hanging.ExitCode, hanging.Out));
        Assert.Contains("did not answer", hanging.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "API key or access key")]
    [InlineData("st_live_0123456789abcdefghijklmnop", "leave --at or --fallback out", "--at", "2026-01-01T00:00:00Z")]
    public async Task A_fallback_that_can_not_work_is_refused(string token, string said, params string[] more)
    {
        var refused = await RunAsync(new CommandLine(folder.Path, "http://127.0.0.1:1", token), more);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Copy));
    }

    private void AssertHasNoValue() =>
        Assert.DoesNotContain("Hello", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Copy)), StringComparison.Ordinal);

    private Task<Ended> RunAsync(CommandLine cli, params string[] more) => cli.RunAsync(
        "", ["run", "--env", "demo/development", "--fallback", Copy, .. more, "--", "sh", "-c", "printf %s \"$GREETING\""]);
}
