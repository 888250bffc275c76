using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A rollback gives a secret one of its earlier values again, as a new version (S14).</summary>
[DependsOnTransactions]
public sealed class RollbackTests(SharedServer shared)
{
    [Fact]
    public async Task A_rollback_writes_a_new_version_with_the_old_value_and_keeps_the_others()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        await environment.WriteAsync("A", "two");

        var done = (await environment.Api.RollBackAsync(id, 1, ""","comment":"two was wrong" """)).Is(201).Data;

        Assert.Equal("id,key,version", done.Names());
        Assert.Equal((id, "A", 3), (done.Text("id"), done.Text("key"), done.Number("version")));
        Assert.Equal(["one", "two", "one"], [await environment.ValueAsync(id, 1), await environment.ValueAsync(id, 2), await environment.ValueAsync(id)]);
        var newest = (await environment.Api.GetAsync($"/secrets/{id}/versions")).Is(200).Data.EnumerateArray().First();
        Assert.Equal(
            (3, "rolled_back", environment.Workspace.ApiKeyId, "two was wrong"),
            (newest.Number("version"), newest.Text("kind"), newest.Text("createdBy"), newest.Text("comment")));
    }

    [Fact]
    public async Task A_rolled_back_version_has_its_own_data_key()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "a value");
        (await environment.Api.RollBackAsync(id, 1)).Is(201);

        var rows = environment.Server.Sql("SELECT ciphertext, wrapped_data_key FROM secret_versions WHERE secret_id = @id", ("@id", id));

        Assert.Equal(2, rows.Select(row => Convert.ToHexString((byte[])row[0])).Distinct().Count());
        Assert.Equal(2, rows.Select(row => Convert.ToHexString((byte[])row[1])).Distinct().Count());
        Assert.Equal("a value", await environment.ValueAsync(id, 2));
    }

    [Fact]
    public async Task A_rollback_is_recorded_as_such_and_not_as_a_reveal()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        await environment.WriteAsync("A", "two");

        var reply = (await environment.Api.RollBackAsync(id, 1)).Is(201);

        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=secret.rollback"));
        var metadata = entry.GetProperty("metadata");
        Assert.Equal((reply.RequestId, "success", id), (entry.Text("requestId"), entry.Text("outcome"), metadata.Text("secretId")));
        Assert.Equal((3, environment.PathOf("A")), (metadata.Number("version"), metadata.Text("path")));
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal"));
        Assert.Equal("rolled_back", (await environment.HistoryAsync())[0].Text("change"));
    }

    [Fact]
    public async Task A_rollback_to_the_current_version_writes_a_new_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        Assert.Equal(2, (await environment.Api.RollBackAsync(id, 1)).Is(201).Data.Number("version"));
        Assert.Equal(3, (await environment.Api.RollBackAsync(id, 2)).Is(201).Data.Number("version"));
        Assert.Equal("one", await environment.ValueAsync(id));
    }

    [Fact]
    public async Task A_rollback_to_an_absent_version_or_of_an_absent_secret_is_not_found()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        Assert.Equal("version not found", (await environment.Api.RollBackAsync(id, 2)).IsError(404, "NOT_FOUND").Message);
        Assert.Equal("secret not found", (await environment.Api.RollBackAsync("sec_none", 1)).IsError(404, "NOT_FOUND").Message);
        (await environment.Api.DeleteAsync("/secrets/" + id)).Is(200);
        Assert.Equal("secret not found", (await environment.Api.RollBackAsync(id, 1)).IsError(404, "NOT_FOUND").Message);
        // The third refusal counts as a repeat of the first (S19).
        Assert.Equal(2, (await environment.Workspace.AuditAsync("action=secret.rollback&outcome=denied")).Count);
    }

    [Theory]
    [InlineData("{}", "version")]
    [InlineData("""{"version":0}""", "version")]
    [InlineData("""{"version":"1"}""", "version")]
    [InlineData("""{"version":1.5}""", "version")]
    [InlineData("""{"version":2147483648}""", "version")]
    [InlineData("""{"version":1,"value":"x"}""", "value")]
    [InlineData("""{"version":1,"comment":7}""", "comment")]
    [InlineData("[]", "object")]
    public async Task An_invalid_body_is_refused_and_the_field_is_named(string body, string named)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        (await environment.Api.PostAsync($"/secrets/{id}/rollback", body)).IsInvalid(named);
        Assert.Equal(["A 1"], await environment.ListedAsync());
    }

    [Theory]
    [InlineData("list write delete")]
    [InlineData("list reveal delete")]
    public async Task A_rollback_needs_the_right_to_write_and_the_right_to_reveal(string actions)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        var granted = await environment.Workspace.NewGrantedClientAsync("web/production/A: " + actions);

        var missing = actions.Contains("reveal", StringComparison.Ordinal) ? "write" : "reveal";
        var refused = (await granted.RollBackAsync(id, 1)).IsError(403, "FORBIDDEN");
        Assert.StartsWith($"this needs the action {missing} on web/production/A;", refused.Message, StringComparison.Ordinal);
        // Which versions there are is not told.
        Assert.Equal(refused.StatusAndBody, (await granted.RollBackAsync(id, 9)).StatusAndBody);

        Assert.Equal(["A 1"], await environment.ListedAsync());
        var both = await environment.Workspace.NewGrantedClientAsync("web/production/A: write reveal");
        (await both.RollBackAsync(id, 1)).Is(201);
    }

    [Fact]
    public async Task A_repeated_rollback_gets_the_first_answer()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        Task<Reply> SendAsync(int version) => environment.Api.SendAsync(
            "POST", $"/secrets/{id}/rollback", $$"""{"version":{{version}}}""", ("Idempotency-Key", "once"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(1)));

        Assert.All(replies, reply => Assert.Equal(2, reply.Is(201).Data.Number("version")));
        (await SendAsync(2)).IsError(409, "CONFLICT");
        Assert.Equal(["A 2"], await environment.ListedAsync());
        Assert.Single(await environment.Workspace.AuditAsync("action=secret.rollback&outcome=success"));
    }

    [Fact]
    public async Task Concurrent_rollbacks_get_a_version_number_each()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");

        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => environment.Api.RollBackAsync(id, 1)));

        Assert.Equal(Enumerable.Range(2, 16), replies.Select(reply => reply.Is(201).Data.Number("version")).Order());
        Assert.Equal("one", await environment.ValueAsync(id, 17));
    }

    [Fact]
    public async Task A_rollback_of_a_value_that_does_not_open_is_INTEGRITY_ERROR_and_writes_no_version()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "canary");
        server.Sql(
            "UPDATE secret_versions SET ciphertext = @zeros WHERE secret_id = @id", ("@id", id),
            ("@zeros", new byte[server.Count("SELECT length(ciphertext) FROM secret_versions WHERE secret_id = @id", ("@id", id))]));

        (await environment.Api.RollBackAsync(id, 1)).IsError(500, "INTEGRITY_ERROR");

        Assert.Equal(["A 1"], await environment.ListedAsync());
        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=secret.rollback"));
        Assert.Equal(("failed", id), (entry.Text("outcome"), entry.GetProperty("metadata").Text("secretId")));
    }

    [Fact]
    public async Task A_rollback_refuses_a_version_swapped_with_one_of_another_secret()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var (mine, other) = (await environment.WriteAsync("A", "canary"), await environment.WriteAsync("B", "canary"));
        foreach (var column in new[] { "ciphertext", "wrapped_data_key" })
        {
            server.Sql(
                $"UPDATE secret_versions SET {column} = (SELECT {column} FROM secret_versions WHERE secret_id = @other) WHERE secret_id = @id",
                ("@id", mine), ("@other", other));
        }

        (await environment.Api.RollBackAsync(mine, 1)).IsError(500, "INTEGRITY_ERROR");
        Assert.Equal(["A 1", "B 1"], await environment.ListedAsync());
    }

    [Fact]
    public async Task A_version_under_an_older_KEK_is_rolled_back_under_the_active_one()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        await environment.RotateKekAsync();
        (await environment.Api.RollBackAsync(id, 1)).Is(201);
        await environment.WaitForDestroyedKekAsync();

        Assert.Equal("one", await environment.ValueAsync(id, 2));
    }
}
