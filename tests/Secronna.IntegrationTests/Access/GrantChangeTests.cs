using Microsoft.Extensions.Time.Testing;
using Secronna.Protocol;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// Grants of access keys can be given, listed, changed and removed. A change takes effect within a second (S22).
/// </summary>
public sealed class GrantChangeTests(SharedServer shared)
{
    private const string WebGrants = """[{"path":"web/production/DB_*","actions":["list","reveal"]}]""";
    private const string ApiGrants = """[{"path":"api","actions":["write"]},{"path":"*/staging/X","actions":["delete"]}]""";

    private readonly FakeTimeProvider time = TestClock.New();

    public static TheoryData<string, string> InvalidGrants => new()
    {
        { "{}", "grants: " },
        { "\"web\"", "grants: " },
        { "[null]", "grants[0]: " },
        { """["bad-thing"]""", "grants[0]: " },
        { """[{"actions":["list"]}]""", "grants[0].path" },
        { """[{"path":null,"actions":["list"]}]""", "grants[0].path" },
        { """[{"path":7,"actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"","actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"Bad_Thing","actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"web/bad-thing/KEY/more","actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"web//bad-thing","actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"bad-thing?","actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"bad-thing","path":"x","actions":["list"]}]""", "grants[0].path" },
        { """[{"path":"bad-thing"}]""", "grants[0].actions" },
        { """[{"path":"bad-thing","actions":null}]""", "grants[0].actions" },
        { """[{"path":"bad-thing","actions":"list"}]""", "grants[0].actions" },
        { """[{"path":"bad-thing","actions":[]}]""", "grants[0].actions" },
        { """[{"path":"web","actions":["bad-thing"]}]""", "grants[0].actions" },
        { """[{"path":"web","actions":["List"]}]""", "grants[0].actions" },
        { """[{"path":"web","actions":[null]}]""", "grants[0].actions" },
        { """[{"path":"web","actions":[["list"]]}]""", "grants[0].actions" },
        { """[{"path":"web","actions":["list","reveal","list"]}]""", "grants[0].actions" },
        { """[{"path":"web","actions":["list"]},{"path":"bad-thing/","actions":["list"]}]""", "grants[1].path" },
        { """[{"path":"web","actions":["list"],"deny":true}]""", "deny" },
    };

    [Theory]
    [MemberData(nameof(InvalidGrants))]
    public async Task A_refusal_of_invalid_grants_names_the_field_and_never_repeats_what_was_sent(string grants, string field)
    {
        var workspace = await shared.NewWorkspaceAsync();
        var key = await workspace.NewGrantedKeyAsync("web: list");

        Reply[] replies =
        [
            await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{grants}}}"""),
            await workspace.Api.PatchAsync("/access-keys/" + key.Text("id"), $$"""{"grants":{{grants}}}"""),
        ];

        Assert.All(replies, reply =>
        {
            reply.IsInvalid(field);
            Assert.DoesNotContain("bad-thing", reply.Text, StringComparison.OrdinalIgnoreCase);
        });
        var listed = Assert.Single((await workspace.Api.GetAsync("/access-keys")).Data.EnumerateArray());
        Assert.Equal("""[{"path":"web","actions":["list"]}]""", listed.GetProperty("grants").GetRawText());
    }

    [Fact]
    public async Task An_access_key_has_at_most_100_grants_and_their_paths_are_limited_each_and_in_total()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var longest = $"{new string('a', 120)}/{new string('b', 120)}/{new string('K', 256)}";
        var path = new string('a', Limits.GrantsLength / Limits.Grants);
        var most = Enumerable.Repeat($"{path}: list reveal write delete", Limits.Grants).ToArray();
        await workspace.NewGrantedClientAsync($"{longest}: list");

        var client = await workspace.NewGrantedClientAsync(most);

        Assert.Equal(TestGrant.Json(most), (await client.GetAsync("/me")).Is(200).Data.GetProperty("grants").GetRawText());
        foreach (var grants in new[] { TestGrant.Json([.. most, "web: list"]), TestGrant.Json(longest + "K: list"), TestGrant.Json([.. Enumerable.Repeat($"{longest}: list", 17)]) })
        {
            (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{grants}}}""")).IsInvalid("grants");
        }
    }

    [Fact]
    public async Task A_patch_changes_only_the_fields_that_it_names()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var created = (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"one","expiresInDays":9,"grants":{{WebGrants}}}""")).Is(201).Data;
        Assert.Equal(WebGrants, created.GetProperty("grants").GetRawText());
        var url = "/access-keys/" + created.Text("id");

        Assert.Equal(("two", WebGrants, true), FieldsOf((await workspace.Api.PatchAsync(url, """{"name":"two"}""")).Is(200)));
        Assert.Equal(("two", WebGrants, false), FieldsOf((await workspace.Api.PatchAsync(url, """{"expiresInDays":30}""")).Is(200)));
        Assert.Equal(("two", ApiGrants, false), FieldsOf((await workspace.Api.PatchAsync(url, $$"""{"grants":{{ApiGrants}}}""")).Is(200)));
        Assert.Equal(("three", "[]", true), FieldsOf((await workspace.Api.PatchAsync(url, """{"name":"three","expiresInDays":9,"grants":[]}""")).Is(200)));
        (await workspace.Api.PatchAsync(url, """{"grants":null}""")).IsInvalid("grants");
        (await workspace.Api.PatchAsync(url, """{"name":null}""")).IsInvalid("name");
        (await workspace.Api.PostAsync("/access-keys", """{"name":"x","grants":null}""")).IsInvalid("grants");
        Assert.True((await workspace.Api.PatchAsync(url, """{"expiresInDays":null}""")).Is(200).Data.IsNull("expiresAt"));
        Assert.Equal(5, (await workspace.AuditAsync("action=access_key.update")).Count(entry => entry.Text("outcome") == "success"));

        (string, string, bool) FieldsOf(Reply reply) => (
            reply.Data.Text("name"), reply.Data.GetProperty("grants").GetRawText(),
            reply.Data.Time("expiresAt") - created.Time("createdAt") < TimeSpan.FromDays(10));
    }

    [Fact]
    public async Task The_entry_of_a_change_has_the_changed_fields_before_and_after()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var created = (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"one","expiresInDays":9,"grants":{{WebGrants}}}""")).Is(201).Data;
        var url = "/access-keys/" + created.Text("id");
        var expiry = created.Text("expiresAt");

        Assert.Equal(($$"""{"grants":{{WebGrants}}}""", $$"""{"grants":{{ApiGrants}}}"""), await ChangeAsync($$"""{"name":"one","grants":{{ApiGrants}}}"""));
        Assert.Equal(
            ($$"""{"name":"one","grants":{{ApiGrants}},"expiresAt":"{{expiry}}"}""", """{"name":"two","grants":[]}"""),
            await ChangeAsync("""{"name":"two","grants":[],"expiresInDays":null}"""));
        Assert.Equal(((string?)null, (string?)null), await ChangeAsync("""{"name":"two"}"""));

        async Task<(string? Before, string? After)> ChangeAsync(string change)
        {
            (await workspace.Api.PatchAsync(url, change)).Is(200);
            var metadata = (await workspace.AuditAsync("action=access_key.update"))[0].GetProperty("metadata");
            return (Side("before"), Side("after"));

            string? Side(string name) => metadata.Has(name) ? metadata.GetProperty(name).GetRawText() : null;
        }
    }

    [Fact]
    public async Task An_entry_holds_the_largest_grants_before_and_after()
    {
        var workspace = await shared.NewWorkspaceAsync();
        string Largest(char letter) => TestGrant.Json(
            [.. Enumerable.Repeat($"{new string(letter, Limits.GrantsLength / Limits.Grants)}: list reveal write delete", Limits.Grants)]);
        var created = (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{Largest('a')}}}""")).Is(201).Data;

        (await workspace.Api.PatchAsync("/access-keys/" + created.Text("id"), $$"""{"grants":{{Largest('b')}}}""")).Is(200);

        var parts = (await workspace.AuditAsync("action=access_key.update")).Select(entry => entry.GetProperty("metadata"))
            .OrderBy(metadata => metadata.Number("part")).ToList();
        Assert.Equal(Enumerable.Range(1, parts.Count), parts.Select(metadata => metadata.Number("part")));
        Assert.Equal(Largest('a'), GrantsOf("before"));
        Assert.Equal(Largest('b'), GrantsOf("after"));

        string GrantsOf(string side) => "[" + string.Join(',', parts
            .SelectMany(metadata => metadata.GetProperty(side).GetProperty("grants").EnumerateArray()).Select(grant => grant.GetRawText())) + "]";
    }

    [Fact]
    public async Task Lists_show_the_grants_of_active_and_of_revoked_keys()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var key = (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{WebGrants}}}""")).Is(201).Data;
        var client = workspace.Server.With(key.Text("token"));
        Assert.Equal(WebGrants, (await client.GetAsync("/me")).Is(200).Data.GetProperty("grants").GetRawText());

        (await workspace.Api.PostAsync($"/access-keys/{key.Text("id")}/revoke")).Is(200);

        var listed = Assert.Single((await workspace.Api.GetAsync("/access-keys")).Is(200).Data.EnumerateArray());
        Assert.Equal(WebGrants, listed.GetProperty("grants").GetRawText());
        (await workspace.Api.PatchAsync("/access-keys/" + key.Text("id"), """{"grants":[]}""")).IsError(409, "CONFLICT");
        Assert.Equal(WebGrants, (await workspace.Api.GetAsync("/access-keys")).Data[0].GetProperty("grants").GetRawText());
    }

    [Fact]
    public async Task Changed_grants_take_effect_within_a_second()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN");
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production/TOKEN: reveal");
        var client = server.With(key.Text("token"));
        (await client.PostAsync($"/secrets/{id}/reveal")).Is(200);

        await ChangeAsync(environment, key.Text("id"), WebGrants);
        (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
        (await client.GetAsync("/secrets/" + id)).IsError(404, "NOT_FOUND");
        (await client.GetAsync(environment.SecretsPath)).Is(200);

        await ChangeAsync(environment, key.Text("id"), ApiGrants);
        (await client.GetAsync(environment.SecretsPath)).IsError(404, "NOT_FOUND");

        await ChangeAsync(environment, key.Text("id"), """[{"path":"*","actions":["reveal"]}]""");
        (await client.PostAsync($"/secrets/{id}/reveal")).Is(200);

        await ChangeAsync(environment, key.Text("id"), "[]");
        (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
        (await client.GetAsync(environment.SecretsPath)).IsError(404, "NOT_FOUND");
        Assert.Empty((await client.GetAsync("/projects")).Is(200).Data.EnumerateArray());
        Assert.Empty((await client.GetAsync("/search/secrets?q=T")).Is(200).Data.EnumerateArray());
        Assert.Equal("[]", (await client.GetAsync("/me")).Is(200).Data.GetProperty("grants").GetRawText());
    }

    [Fact]
    public async Task Grants_changed_by_another_process_take_effect_within_a_second()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN");
        var key = await environment.Workspace.NewGrantedKeyAsync("web: reveal");
        var client = server.With(key.Text("token"));
        (await client.PostAsync($"/secrets/{id}/reveal")).Is(200);
        await using var another = await server.OpenAgainAsync();
        await another.Database.WriteAsync((environment.Workspace.Id, key.Text("id")), static async (transaction, state) =>
        {
            var row = await CredentialTable.LockAsync(transaction, state.Id, ActorTypes.AccessKey, state.Item2);
            await CredentialTable.UpdateAsync(transaction, row! with { Grants = WebGrants });
            return true;
        });

        time.Advance(TimeSpan.FromSeconds(1));

        (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
    }

    private async Task ChangeAsync(TestEnvironment environment, string id, string grants)
    {
        (await environment.Api.PatchAsync("/access-keys/" + id, $$"""{"grants":{{grants}}}""")).Is(200);
        time.Advance(TimeSpan.FromSeconds(1));
    }
}
