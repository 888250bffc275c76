using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// The first of several equal refusals is recorded at once. Its repeats within a minute are recorded as one more entry (S19).
/// </summary>
[FlawClass("audit omission")]
public sealed class RefusalTests
{
    private static readonly RequestException NotFound = Errors.NotFound("secret");

    private readonly FakeTimeProvider time = TestClock.New();

    [Fact]
    public async Task Equal_refusals_are_recorded_as_one_entry_at_once_and_one_count_after_a_minute()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        var first = await workspace.Api.PostAsync("/secrets/sec_none/reveal");
        Assert.Equal(first.RequestId, Assert.Single(await workspace.AuditAsync("outcome=denied")).Text("requestId"));
        for (var i = 0; i < 4; i++)
        {
            (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).Is(404);
        }

        (await workspace.Api.DeleteAsync("/secrets/sec_none")).Is(404);
        Assert.Equal(2, (await workspace.AuditAsync("outcome=denied")).Count);

        time.Advance(TimeSpan.FromSeconds(61));

        await Until.HoldsAsync("the count is recorded", async () => (await workspace.AuditAsync("outcome=denied")).Count == 3);
        var counted = (await workspace.AuditAsync("outcome=denied"))[0];
        Assert.Equal("secret.reveal", counted.Text("action"));
        Assert.Equal("""{"count":4}""", counted.GetProperty("metadata").GetRawText());
        (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).Is(404);
        Assert.Equal(4, (await workspace.AuditAsync("outcome=denied")).Count);
    }

    [Fact]
    public async Task Refusals_of_different_callers_or_actions_have_their_own_entries()
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
    public async Task A_stop_of_the_server_writes_the_open_counts()
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repeat_waits_for_the_entry_of_the_first_refusal_and_fails_with_it(bool fails)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        var refusals = server.Services.GetRequiredService<RefusalRecorder>();
        if (fails)
        {
            server.Break("INSERT", "trail_segments");
        }

        Task first, repeat;
        using (server.HoldAudit())
        {
            first = refusals.RecordAsync(Refusal(workspace, "req_1"), "sec_none", NotFound);
            repeat = refusals.RecordAsync(Refusal(workspace, "req_2"), "sec_none", NotFound);
            time.Advance(TimeSpan.FromMinutes(2));
            Assert.False(repeat.IsCompleted);
        }

        if (fails)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => first);
            await Assert.ThrowsAsync<StorageUnavailableException>(() => repeat);
            server.Mend("trail_segments");
        }
        else
        {
            await first;
            await repeat;
        }

        await refusals.RecordAsync(Refusal(workspace, "req_3"), "sec_none", NotFound);
        await refusals.FlushAsync(all: true);
        // The server's own flush may already be writing the count.
        var denied = await workspace.AuditAsync("outcome=denied");
        await Until.HoldsAsync(
            "the entries are recorded",
            async () => (denied = await workspace.AuditAsync("outcome=denied")).Count >= (fails ? 1 : 3));
        Assert.Equal(fails ? ["req_3"] : ["req_1", "req_2", "req_3"], denied.Select(entry => entry.Text("requestId")).Order());
        Assert.Equal(fails ? 0 : 1, denied.Count(entry => entry.GetProperty("metadata").Has("count")));
    }

    [Fact]
    public async Task A_count_that_cannot_be_written_is_written_later()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        for (var i = 0; i < 3; i++)
        {
            (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).Is(404);
        }

        server.Break("INSERT", "trail_segments");
        time.Advance(TimeSpan.FromSeconds(61));
        await Until.HoldsAsync(
            "the failed flush is logged",
            () => server.Log.Lines.Any(line => line.Contains("not recorded yet", StringComparison.Ordinal)));
        Assert.Single(await workspace.AuditAsync("outcome=denied"));
        server.Mend("trail_segments");

        await Until.HoldsAsync(
            "the count is recorded",
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return (await workspace.AuditAsync("outcome=denied")).Count == 2;
            });
        Assert.Equal(2, (await workspace.AuditAsync("outcome=denied"))[0].GetProperty("metadata").Number("count"));
    }

    private TrailEntry Refusal(Workspace workspace, string requestId) => new()
    {
        WorkspaceId = workspace.Id,
        Id = Ids.New(Ids.AuditEntry, time.GetUtcNow()),
        ActorType = ActorTypes.ApiKey,
        ActorId = workspace.ApiKeyId,
        Action = AuditActions.SecretReveal,
        Outcome = AuditOutcomes.Denied,
        RequestId = requestId,
    };
}
