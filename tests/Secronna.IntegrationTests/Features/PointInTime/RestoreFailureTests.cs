using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A restore that fails leaves the environment unchanged and discloses no value (S15, S16).</summary>
[DependsOnTransactions]
public sealed class RestoreFailureTests
{
    [Fact]
    public async Task A_value_that_does_not_open_stops_the_whole_restore()
    {
        await using var server = await TestServer.StartAsync();
        var (environment, at, ids) = await NewChangedAsync(server);
        server.Sql(
            "UPDATE secret_versions SET ciphertext = @zeros WHERE secret_id = @id AND version = 1", ("@id", ids[1]),
            ("@zeros", new byte[server.Count("SELECT length(ciphertext) FROM secret_versions WHERE secret_id = @id AND version = 1", ("@id", ids[1]))]));

        var reply = (await environment.RestoreAsync(at)).IsError(500, "INTEGRITY_ERROR");

        Assert.DoesNotContain("canary", reply.Text, StringComparison.Ordinal);
        Assert.Equal(["A 2", "B 2", "C 2"], await environment.ListedAsync());
        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=environment.restore"));
        Assert.Equal(("failed", reply.RequestId, ids[1]), (entry.Text("outcome"), entry.Text("requestId"), entry.GetProperty("metadata").Text("secretId")));
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.rollback"));
    }

    [Fact]
    public async Task A_restore_whose_entries_cannot_be_written_is_undone()
    {
        await using var server = await TestServer.StartAsync();
        var (environment, at, _) = await NewChangedAsync(server);
        await environment.WriteAsync("ADDED");
        var before = await environment.RevealedAsync();
        server.Break("INSERT", "trail_segments");

        var refused = (await environment.RestoreAsync(at, ""","prune":true""")).IsError(503, "UNAVAILABLE");

        Assert.DoesNotContain("canary", refused.Text, StringComparison.Ordinal);
        server.Mend("trail_segments");
        Assert.Equal(before, await environment.RevealedAsync());
        Assert.DoesNotContain(await environment.HistoryAsync(), change => change.Text("change") is "restored" or "deleted");
        (await environment.RestoreAsync(at)).Is(200);
        Assert.Equal(["A 3 canary", "ADDED 1 a value", "B 3 canary", "C 3 canary"], await environment.RevealedAsync());
    }

    [Fact]
    public async Task A_restore_of_more_bytes_than_the_limit_is_refused_and_its_dry_run_is_not()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RestoreBytes = 200_000);
        var environment = await server.NewTestEnvironmentAsync();
        string[] keys = ["A", "B", "C", "D"];
        await environment.WriteAllAsync(keys.Select(key => (key, new string('o', 60_000))));
        var at = await environment.LastInstantAsync();
        await environment.WriteAllAsync(keys.Select(key => (key, "new")));

        Assert.Equal(4, (await environment.RestoreAsync(at, ""","dryRun":true""")).Changes().Length);
        var reply = (await environment.RestoreAsync(at)).IsError(413, "PAYLOAD_TOO_LARGE");

        Assert.Contains("200000", reply.Message, StringComparison.Ordinal);
        Assert.Equal(keys.Select(key => key + " 2"), await environment.ListedAsync());
        await environment.WriteAsync("D", new string('o', 60_000));
        Assert.Contains("D restored 3 1 4", (await environment.RestoreAsync(at, ""","dryRun":true""")).Changes());
    }

    [Fact]
    public async Task Values_that_a_restore_or_rollback_opens_count_as_reveals_and_a_repeat_opens_none()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 4);
        var (environment, at, ids) = await NewChangedAsync(server);
        Task<Reply> SendAsync(string path, string body) => environment.Api.SendAsync("POST", path, body, ("Idempotency-Key", "once"));
        var (restore, rollback) = ($"/environments/{environment.Id}/restore", $"/secrets/{ids[0]}/rollback");
        (await environment.RestoreAsync(at, ""","dryRun":true""")).Is(200);
        (await SendAsync(restore, $$"""{"at":"{{at}}"}""")).Is(200);
        (await SendAsync(rollback, """{"version":1}""")).Is(201);

        (await environment.RestoreAsync(at)).IsError(429, "RATE_LIMITED");
        (await environment.Api.RollBackAsync(ids[0], 1)).IsError(429, "RATE_LIMITED");

        Assert.Equal(2, (await environment.Workspace.AuditAsync("outcome=denied")).Count);
        (await SendAsync(restore, $$"""{"at":"{{at}}"}""")).Is(200);
        (await SendAsync(rollback, """{"version":1}""")).Is(201);
        Assert.Equal(["A 4", "B 3", "C 3"], await environment.ListedAsync());
    }

    [Fact]
    public async Task A_deleted_environment_cannot_be_restored_or_read()
    {
        await using var server = await TestServer.StartAsync();
        var (environment, at, ids) = await NewChangedAsync(server);
        (await environment.Api.DeleteAsync($"/environments/{environment.Id}?force=true")).Is(200);

        (await environment.RestoreAsync(at)).IsError(404, "NOT_FOUND");
        (await environment.Api.RollBackAsync(ids[0], 1)).IsError(404, "NOT_FOUND");
        (await environment.Api.GetAsync($"/environments/{environment.Id}/history")).IsError(404, "NOT_FOUND");
        (await environment.CompareAsync(environment.Id)).IsError(404, "NOT_FOUND");
        (await environment.RevealAllAsync($$"""{"at":"{{at}}"}""")).IsError(404, "NOT_FOUND");
        await Until.HoldsAsync("all versions are purged", () => server.Count("SELECT count(*) FROM secret_versions") == 0);
    }

    [Fact]
    public async Task A_restore_beside_the_deletion_of_its_project_leaves_nothing_behind()
    {
        await using var server = await TestServer.StartAsync();
        var (environment, at, _) = await NewChangedAsync(server);

        var (restored, deleted) = (environment.RestoreAsync(at), environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=true"));

        (await deleted).Is(200);
        Assert.Contains((await restored).Status, new[] { 200, 404, 503 });
        await Until.HoldsAsync("all versions are purged", () => server.Count("SELECT count(*) FROM secret_versions") == 0);
    }

    [Fact]
    public async Task Restored_values_are_in_no_log_and_no_file()
    {
        await using var server = await TestServer.StartAsync();
        var (environment, at, ids) = await NewChangedAsync(server);
        (await environment.Api.RollBackAsync(ids[0], 1)).Is(201);
        (await environment.RestoreAsync(at)).Is(200);
        (await environment.CompareAsync(environment.Id, $$""","at":"{{at}}" """)).Is(200);
        (await environment.RevealAllAsync($$"""{"at":"{{at}}"}""")).Is(200);

        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("canary", StringComparison.Ordinal));
        foreach (var file in server.Files())
        {
            Assert.Equal(-1, file.AsSpan().IndexOf("canary"u8));
        }
    }

    private static async Task<(TestEnvironment Place, string At, string[] Ids)> NewChangedAsync(TestServer server)
    {
        var environment = await server.NewTestEnvironmentAsync();
        string[] keys = ["A", "B", "C"];
        var ids = (await environment.WriteAllAsync(keys.Select(key => (key, "canary")))).Each("id");
        var at = await environment.LastInstantAsync();
        await environment.WriteAllAsync(keys.Select(key => (key, "canary too")));
        return (environment, at, ids);
    }
}
