using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>A refusal that must not tell what exists is answered a fixed time after its request arrived (S23).</summary>
[RunsAlone]
[Trait(TestEngine.Trait, TestEngine.Any)]
[FlawClass("timing")]
public sealed class RefusalPaceTests
{
    [Theory]
    [InlineData("/secrets/sec_none", "API key", 404)]
    [InlineData("/api-keys", "access key", 403)]
    [InlineData("/me", "nobody", 401)]
    public async Task A_refusal_waits_for_the_fixed_time_and_other_answers_do_not(string path, string caller, int status)
    {
        await using var server = await TestServer.StartAsync();
        var workspace = await server.NewWorkspaceAsync();
        var client = caller switch
        {
            "API key" => workspace.Api,
            "access key" => await workspace.NewGrantedClientAsync("web: list"),
            _ => server.With("sk_live_" + new string('0', 60)),
        };
        var pace = server.Services.GetRequiredService<RefusalPace>();
        // Far longer than any answer takes by itself, and short enough for a test.
        pace.MinDelay = TimeSpan.FromSeconds(1);

        var began = Stopwatch.GetTimestamp();
        var waiting = Enumerable.Range(0, 20).Select(_ => client.GetAsync(path)).ToList();
        (await server.Anyone.SendToAsync("GET", "/health/live")).Is(200);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);

        Assert.All(await Task.WhenAll(waiting), reply => reply.Is(status));
        Assert.True(Stopwatch.GetElapsedTime(began) >= pace.MinDelay);
    }

    [Fact]
    public async Task The_fixed_time_runs_from_the_arrival_of_the_request()
    {
        var pace = new RefusalPace { MinDelay = TimeSpan.FromMinutes(10) };
        var longAgo = Stopwatch.GetTimestamp() - (20L * 60 * Stopwatch.Frequency);

        var late = pace.WaitAsync(Stopwatch.GetTimestamp());
        await pace.WaitAsync(longAgo).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.False(late.IsCompleted);
    }
}
