using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>The audit entry is durable before the value is decrypted. Without the entry nothing is decrypted (S18).</summary>
[DependsOnTransactions]
[FlawClass("audit omission")]
public sealed class RecordBeforePlaintextTests
{
    public static TheoryData<string> Reveals { get; } = ["secret", "path", "environment", "keys", "slugs"];

    [Theory]
    [MemberData(nameof(Reveals))]
    public async Task A_reveal_whose_entry_cannot_be_written_is_UNAVAILABLE_and_unwraps_no_key(string kind)
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "canary");
        // After a restart no KEK is in memory. Any decryption, even one that fails, has to unwrap one into the ring first.
        await server.RestartAsync();
        server.Break("INSERT", "trail_segments");

        var refused = (await RevealAsync(environment, id, kind)).IsError(503, "UNAVAILABLE");

        Assert.Equal(0, Ring(server).Count);
        Assert.DoesNotContain("canary", refused.Text, StringComparison.Ordinal);
        server.Mend("trail_segments");
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal"));
        Assert.Equal(0, Ring(server).Count);
        var given = (await RevealAsync(environment, id, kind)).Is(200);
        Assert.Contains("canary", given.Text, StringComparison.Ordinal);
        Assert.Equal(1, Ring(server).Count);
        Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal"));
    }

    [Theory]
    [InlineData("ciphertext")]
    [InlineData("wrapped_data_key")]
    public async Task A_reveal_of_a_damaged_version_is_INTEGRITY_ERROR_and_has_a_second_entry_with_the_outcome_failed(string column)
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "canary");
        await environment.WriteAsync("OTHER", "fine");
        var length = server.Count($"SELECT length({column}) FROM secret_versions WHERE secret_id = @id", ("@id", id));
        server.Sql($"UPDATE secret_versions SET {column} = @zeros WHERE secret_id = @id", ("@id", id), ("@zeros", new byte[length]));

        foreach (var kind in Reveals.Select(row => row.Data))
        {
            var reply = (await RevealAsync(environment, id, kind)).IsError(500, "INTEGRITY_ERROR");

            Assert.DoesNotContain("canary", reply.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("fine", reply.Text, StringComparison.Ordinal);
            var entries = (await environment.Workspace.AuditAsync($"secretId={id}")).FindAll(entry => entry.Text("requestId") == reply.RequestId);
            Assert.Equal(["failed", "success"], entries.Select(entry => entry.Text("outcome")));
            Assert.Equal(entries[0].GetProperty("metadata").GetRawText(), entries[1].GetProperty("metadata").GetRawText());
        }

        Assert.Contains(server.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal));
        (await environment.RevealAllAsync("""{"keys":["OTHER"]}""")).Is(200);
    }

    [Fact]
    public async Task A_reveal_under_a_damaged_KEK_is_INTEGRITY_ERROR()
    {
        await using var server = await TestServer.StartAsync();
        var workspace = await server.NewWorkspaceAsync();
        // The start checks one KEK of each master key (S11). It checks this one, which stays undamaged.
        await workspace.NewTestEnvironmentAsync("Sound");
        var environment = await workspace.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "canary");
        server.Sql("UPDATE project_keys SET wrapped_key = @zeros WHERE project_id = @p", ("@p", environment.ProjectId), ("@zeros", new byte[78]));
        await server.RestartAsync();

        (await environment.RevealAsync(id)).IsError(500, "INTEGRITY_ERROR");

        Assert.Single(await environment.Workspace.AuditAsync("outcome=failed"));
        (await environment.PutAsync("KEY", "v")).IsError(500, "INTEGRITY_ERROR");
    }

    [Fact]
    public async Task A_failed_audit_write_undoes_every_kind_of_audited_change()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (name, call) in RouteCalls.All.Where(route => route.Value.Action is not null and not "secret.reveal"))
        {
            var workspace = await server.NewWorkspaceAsync();
            var target = await Target.NewAsync(workspace, "ours");
            server.Break("INSERT", "trail_segments");
            var before = Contents(server);

            var reply = await call.SendAsync(workspace.Api, name.Split(' ')[0], target);

            Assert.True(reply.Code == "UNAVAILABLE", $"{name}: {reply.Text}");
            Assert.True(before == Contents(server), name);
            server.Mend("trail_segments");
            Assert.Equal(503, reply.Status);
            Assert.True((await call.SendAsync(workspace.Api, name.Split(' ')[0], target)).Status < 300, name);
        }
    }

    [Fact]
    public async Task A_refusal_that_cannot_be_recorded_is_UNAVAILABLE()
    {
        await using var server = await TestServer.StartAsync();
        var workspace = await server.NewWorkspaceAsync();
        var key = server.With((await workspace.NewAccessKeyAsync()).Text("token"));
        server.Break("INSERT", "trail_segments");

        (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).IsError(503, "UNAVAILABLE");
        (await key.PostAsync("/projects", """{"name":"x"}""")).IsError(503, "UNAVAILABLE");

        server.Mend("trail_segments");
        (await workspace.Api.PostAsync("/secrets/sec_none/reveal")).IsError(404, "NOT_FOUND");
        Assert.Single(await workspace.AuditAsync("outcome=denied"));
    }

    private static KeyRing Ring(TestServer server) => server.Services.GetRequiredService<KeyRing>();

    private static Task<Reply> RevealAsync(TestEnvironment environment, string id, string kind) => kind switch
    {
        "secret" => environment.RevealAsync(id),
        "path" => environment.Api.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}"""),
        "environment" => environment.RevealAllAsync(),
        "keys" => environment.RevealAllAsync("""{"keys":["KEY"]}"""),
        _ => environment.Api.PostAsync($"/projects/by-slug/{environment.ProjectSlug}/environments/{environment.Slug}/reveal"),
    };

    // Everything that a failed change could leave in the database, except the counts of wraps. Wraps are reserved before the
    // change (S7).
    private static string Contents(TestServer server) => string.Join('\n', new[]
    {
        "SELECT id, name, slug, deleted_at FROM projects ORDER BY 1",
        "SELECT id, state, wrapped_key FROM project_keys ORDER BY 1",
        "SELECT id, name, changed_at, secret_count, deleted_at FROM environments ORDER BY 1",
        "SELECT id, current_version, updated_at, deleted_at FROM secrets ORDER BY 1",
        "SELECT secret_id, version, ciphertext FROM secret_versions ORDER BY 1, 2",
        "SELECT id, name, expires_at, revoked_at FROM credentials ORDER BY 1",
        "SELECT workspace_id, first_sequence, count FROM trail_segments ORDER BY 1, 2",
    }.SelectMany(query => server.Sql(query)).Select(row => string.Join(
        '|', row.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value.ToString()))));
}
