using System.Globalization;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Features.PointInTime;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>What a credential and a workspace may write, ask for and store is bounded, and no other workspace feels it (S31).</summary>
[RunsAlone]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class ShareTests
{
    [Fact]
    public async Task Versions_written_are_limited_by_workspace_and_another_workspace_writes_on()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.WritesPerMinutePerWorkspace = 12, TestClock.New());
        var victim = await server.NewTestEnvironmentAsync();
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 8).Select(i => ($"KEY_{i}", "a value")));

        var token = (await environment.Workspace.NewAccessKeyAsync()).Text("token");
        var limited = await server.With(token).PutAsync(environment.SecretsPath, """{"key":"A","value":"b"}""");
        limited = limited.Status == 201 ? await environment.PutAsync("A", "b") : limited;

        limited.IsError(429, "RATE_LIMITED");
        Assert.StartsWith("this workspace has reached its limit of 12 versions written a minute: try again at 2026-", limited.Message, StringComparison.Ordinal);
        Assert.InRange(int.Parse(limited.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        var denied = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal(("secret.write", environment.Id), (denied.Text("action"), denied.GetProperty("metadata").Text("environmentId")));
        await victim.WriteAllAsync(Enumerable.Range(0, 9).Select(i => ($"KEY_{i}", "a value")));
        (await environment.RevealAllAsync()).Is(200);
    }

    [Fact]
    public async Task Bytes_written_are_limited_and_refilled_by_the_clock()
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(settings => settings.Limits.WriteBytesPerMinute = 20_000, time);
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAsync("A", new string('x', 15_000));
        var limited = (await environment.PutAsync("A", new string('x', 15_000))).IsError(429, "RATE_LIMITED");
        Assert.Contains("20000 bytes written a minute", limited.Message, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(int.Parse(limited.Header("Retry-After")!, CultureInfo.InvariantCulture)));
        (await environment.PutAsync("A", new string('x', 15_000))).Is(201);
    }

    [Fact]
    public async Task A_repeat_at_the_limit_gets_the_first_answer_and_its_stored_answer_counted()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.WritesPerMinute = 4, TestClock.New());
        var environment = await server.NewTestEnvironmentAsync();
        Task<Reply> SendAsync(string key) => environment.Api.SendAsync(
            "PUT", environment.SecretsPath, """{"key":"A","value":"b"}""", ("Idempotency-Key", key));
        // The project and the environment took one each, and the write with its stored answer two.
        (await SendAsync("once")).Is(201);
        (await SendAsync("twice")).IsError(429, "RATE_LIMITED");
        (await environment.PutAsync("B", "c")).IsError(429, "RATE_LIMITED");
        Assert.Equal(1, (await SendAsync("once")).Is(201).Data.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Restores_and_rollbacks_count_as_writes_and_a_dry_run_does_not()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.WritesPerMinute = 6);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "1");
        await environment.WriteAsync("B", "1");
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "2");
        (await environment.Api.RollBackAsync(id, 1)).Is(201);
        for (var i = 0; i < 3; i++)
        {
            (await environment.RestoreAsync(at, ""","dryRun":true""")).Is(200);
        }

        (await environment.RestoreAsync(at)).IsError(429, "RATE_LIMITED");
        (await environment.Api.RollBackAsync(id, 1)).IsError(429, "RATE_LIMITED");

        var denied = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.Equal(["environment.restore", "secret.rollback"], denied.Select(entry => entry.Text("action")).Order(StringComparer.Ordinal));
        Assert.All(denied, entry => Assert.Equal(environment.Id, entry.GetProperty("metadata").Text("environmentId")));
    }

    [Fact]
    public async Task Rows_that_are_no_versions_count_as_writes_too()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.WritesPerMinute = 3, TestClock.New());
        var workspace = await server.NewWorkspaceAsync();
        await workspace.NewProjectAsync("one");
        await workspace.NewAccessKeyAsync();
        await workspace.NewProjectAsync("two");
        (await workspace.Api.PostAsync("/projects", """{"name":"three"}""")).IsError(429, "RATE_LIMITED");
        (await workspace.Api.PostAsync("/access-keys", """{"name":"three"}""")).IsError(429, "RATE_LIMITED");
        Assert.Equal(2, (await workspace.AuditAsync("outcome=denied")).Count);
    }

    [Theory]
    [InlineData("GET", "/projects/proj_x", null)]
    [InlineData("GET", "/search/secrets?q=", null)]
    [InlineData("GET", "/projects?unknown=1", null)]
    [InlineData("POST", "/projects", "not json")]
    public async Task Requests_of_any_kind_are_limited_by_credential_and_other_credentials_go_on(string method, string path, string? body)
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RequestsPerMinute = 20, TestClock.New());
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "1");
        var other = server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        var statuses = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            statuses.Add((await environment.Api.SendAsync(method, path, body)).Status);
        }

        Assert.Equal(4, statuses.Count(status => status == 429));
        var limited = (await environment.RevealAsync(id)).IsError(429, "RATE_LIMITED");
        Assert.Contains("20 requests a minute", limited.Message, StringComparison.Ordinal);
        (await other.PostAsync($"/secrets/{id}/reveal")).Is(200);
        Assert.Equal(
            1L, server.Count("SELECT count(*) FROM audit_entries WHERE action = 'secret.reveal' AND outcome = 'denied' AND secret_id = @id", ("@id", id)));
    }

    [Fact]
    public async Task A_workspace_at_its_limit_of_stored_bytes_writes_again_after_a_deletion_and_reveals_throughout()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.StoredBytesPerWorkspace = 50_000);
        var victim = await server.NewTestEnvironmentAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", new string('x', 20_000));
        await environment.WriteAsync("A", new string('y', 20_000));

        var full = (await environment.PutAsync("B", new string('z', 20_000))).IsError(429, "RATE_LIMITED");
        (await environment.Api.RollBackAsync(id, 1)).IsError(429, "RATE_LIMITED");

        Assert.Contains("50000 bytes stored", full.Message, StringComparison.Ordinal);
        var denied = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.Equal(2, denied.Count);
        Assert.All(denied, entry => Assert.Equal(environment.Id, entry.GetProperty("metadata").Text("environmentId")));
        Assert.Equal(["A 2"], await environment.ListedAsync());
        await victim.WriteAsync("B", new string('z', 20_000));
        Assert.StartsWith("y", await environment.ValueAsync(id), StringComparison.Ordinal);
        (await environment.Api.DeleteAsync($"/secrets/{id}")).Is(200);
        (await environment.PutAsync("B", new string('z', 20_000))).Is(201);
    }

    [Fact]
    public async Task A_restore_is_refused_at_the_limit_of_stored_bytes_and_changes_nothing()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.StoredBytesPerWorkspace = 50_000);
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAsync("A", new string('x', 20_000));
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", new string('y', 20_000));
        (await environment.RestoreAsync(at)).IsError(429, "RATE_LIMITED");
        Assert.Equal(["A 2"], await environment.ListedAsync());
        Assert.Equal("environment.restore", Assert.Single(await environment.Workspace.AuditAsync("outcome=denied")).Text("action"));
    }
}
