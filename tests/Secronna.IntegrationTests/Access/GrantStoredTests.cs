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

    [Theory]
    [InlineData("[null]", false)]
    [InlineData("[null]", true)]
    [InlineData("", true)]
    public async Task A_deletion_removes_unreadable_grants_of_an_access_key_and_records_the_failure(string stored, bool isProject)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewGrantedKeyAsync("web: list reveal");
        var other = await environment.Workspace.NewGrantedKeyAsync("api: list");
        server.Sql("UPDATE credentials SET grants = @grants WHERE id = @id", ("@grants", stored), ("@id", key.Text("id")));

        (await environment.Api.DeleteAsync(
            (isProject ? $"/projects/{environment.ProjectId}" : $"/environments/{environment.Id}") + "?force=true")).Is(200);

        var grants = (await environment.Api.GetAsync("/access-keys")).Is(200).Data.EnumerateArray()
            .ToDictionary(listed => listed.Text("id"), listed => listed.GetProperty("grants").GetRawText());
        Assert.Equal("[]", grants[key.Text("id")]);
        Assert.Equal(TestGrant.Json("api: list"), grants[other.Text("id")]);
        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=access_key.update"));
        Assert.Equal(("failed", key.Text("id")), (entry.Text("outcome"), entry.GetProperty("metadata").Text("targetId")));
        Assert.Equal("{}", entry.GetProperty("metadata").GetProperty("before").GetRawText());
        Assert.Equal("""{"grants":[]}""", entry.GetProperty("metadata").GetProperty("after").GetRawText());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await server.With(key.Text("token")).GetAsync("/projects")).Is(200).Data.EnumerateArray());
    }
}
