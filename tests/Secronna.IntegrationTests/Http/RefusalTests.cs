using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The first of a run of equal refusals is written at once, its repeats within a minute as one more entry (S19).</summary>
public sealed class RefusalTests
{
    private readonly FakeTimeProvider time = Clock.New();

    [Fact]
    public async Task Equal_refusals_are_one_entry_at_once_and_one_with_their_count_after_a_minute()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        var first = await workspace.Api.PostAsync("/secrets/sec_none/reveal");
        Assert.Equal(first.RequestId, Assert.Single(await workspace.AuditAsync("outcome=denied")).Text("requestId"));
        for (var i = 0; i < 4; i++)
        {
            (await workspace.Api.PostAsync($"/secrets/sec_other_{i}/reveal")).Is(404);
        }

        (await workspace.Api.DeleteAsync("/secrets/sec_none")).Is(404);
        Assert.Equal(2, (await workspace.AuditAsync("outcome=denied")).Count);

        time.Advance(TimeSpan.FromSeconds(61));

        await Eventually.TrueAsync(async () => (await workspace.AuditAsync("outcome=denied")).Count == 3, "the count");
        var counted = (await workspace.AuditAsync("outcome=denied"))[0];
        Assert.Equal("secret.reveal", counted.Text("action"));
        Assert.Equal("""{"count":4}""", counted.GetProperty("metadata").GetRawText());
        (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).Is(404);
        Assert.Equal(4, (await workspace.AuditAsync("outcome=denied")).Count);
    }

    [Fact]
    public async Task Refusals_of_different_callers_or_kinds_are_entries_of_their_own()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        var key = server.With((await workspace.NewAccessKeyAsync()).Text("token"));

        (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).Is(404);
        (await key.PostAsync("/secrets/sec_none/reveal")).Is(404);
        (await key.PostAsync("/projects", """{"name":"x"}""")).Is(403);
        (await key.PostAsync("/api-keys", """{"name":"x"}""")).Is(403);

        Assert.Equal(4, (await workspace.AuditAsync("outcome=denied")).Count);
    }

    [Fact]
    public async Task A_stop_writes_the_counts_that_are_open()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        for (var i = 0; i < 3; i++)
        {
            (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).Is(404);
        }

        await server.RestartAsync();

        var denied = await workspace.AuditAsync("outcome=denied");
        Assert.Equal(2, denied.Count);
        Assert.Equal(2, denied[0].GetProperty("metadata").Number("count"));
    }
}
