using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>Stored grants that someone changed in the database and that cannot be read grant nothing.</summary>
public sealed class GrantStoredTests
{
    private readonly FakeTimeProvider time = TestClock.New();

    public static TheoryData<string> Unreadable =>
    [
        "",
        " ",
        "null",
        "{}",
        "[",
        "[null]",
        "[{}]",
        """[{"path":"web"}]""",
        """[{"actions":["list"]}]""",
        """[{"path":null,"actions":["list"]}]""",
        """[{"path":"web","actions":null}]""",
        """[{"path":"web","actions":[]}]""",
        """[{"path":"web","actions":[null]}]""",
        """[{"path":"web","actions":["everything"]}]""",
        """[{"path":"we?","actions":["list"]}]""",
        """[{"path":"web/production/TOKEN/x","actions":["list"]}]""",
        """[{"path":"","actions":["list"]}]""",
        """[{"path":"web","actions":["list"]},null]""",
        """[{"path":"web","actions":["list"]}] []""",
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task An_access_key_with_unreadable_grants_may_do_nothing_until_it_gets_new_ones(string stored)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN", "a-value-not-to-be-had");
        var key = await environment.Workspace.NewGrantedKeyAsync("web: list reveal");
        var client = server.With(key.Text("token"));
        server.Sql("UPDATE credentials SET grants = @grants WHERE id = @id", ("@grants", stored), ("@id", key.Text("id")));

        foreach (var reply in new[] { await client.GetAsync("/me"), await client.GetAsync("/projects"), await client.PostAsync($"/secrets/{id}/reveal") })
        {
            reply.IsError(500, "INTEGRITY_ERROR");
            Assert.DoesNotContain("a-value-not-to-be-had", reply.Text, StringComparison.Ordinal);
        }

        // A caller without a valid token learns nothing of the damage.
        (await server.With(key.Text("token")[..^1] + (key.Text("token")[^1] == 'a' ? 'b' : 'a')).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal"));
        var url = "/access-keys/" + key.Text("id");
        Assert.Contains(key.Text("id"), (await environment.Api.GetAsync("/access-keys")).IsError(500, "INTEGRITY_ERROR").Message, StringComparison.Ordinal);
        (await environment.Api.PatchAsync(url, """{"name":"other"}""")).IsError(500, "INTEGRITY_ERROR");
        Assert.Empty(await environment.Workspace.AuditAsync("action=access_key.update"));
        (await environment.Api.PatchAsync(url, $$"""{"grants":{{TestGrant.Json("web: reveal")}}}""")).Is(200);
        time.Advance(TimeSpan.FromSeconds(1));
        (await client.PostAsync($"/secrets/{id}/reveal")).Is(200);
    }

    [Fact]
    public async Task An_access_key_with_unreadable_grants_blocks_a_deletion_until_it_is_revoked()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewGrantedKeyAsync("web: list reveal");
        server.Sql("UPDATE credentials SET grants = '[null]' WHERE id = @id", ("@id", key.Text("id")));

        var refused = await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=true");

        Assert.Contains(key.Text("id"), refused.IsError(500, "INTEGRITY_ERROR").Message, StringComparison.Ordinal);
        (await environment.Api.GetAsync($"/projects/{environment.ProjectId}")).Is(200);
        (await environment.Api.PostAsync($"/access-keys/{key.Text("id")}/revoke")).Is(200);
        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=true")).Is(200);
    }
}
