using System.Data.Common;
using System.Text;
using System.Text.Json;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Audit;

/// <summary>The audit entries of successful and of denied requests (S17, S19, S20).</summary>
[DependsOnTransactions]
public sealed class AuditTests(SharedServer shared)
{
    [Fact]
    public async Task A_reveal_writes_one_entry_with_actor_action_time_origin_and_outcome()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");

        var reveal = (await environment.Api.SendAsync("POST", $"/secrets/{id}/reveal?version=1", null, ("User-Agent", "probe/1.0 (x)"))).Is(200);

        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal"));
        Assert.Equal("id,sequence,createdAt,actorType,actorId,action,outcome,requestId,ip,userAgent,actorName,reason,metadata", entry.Names());
        Assert.Matches("^aud_[0-9a-hjkmnp-tv-z]{26}$", entry.Text("id"));
        Assert.Equal(("api_key", environment.Workspace.ApiKeyId), (entry.Text("actorType"), entry.Text("actorId")));
        Assert.Equal(("secret.reveal", "success"), (entry.Text("action"), entry.Text("outcome")));
        Assert.Equal((reveal.RequestId, "127.0.0.1", "probe/1.0 (x)"), (entry.Text("requestId"), entry.Text("ip"), entry.Text("userAgent")));
        Assert.Equal(
            $$"""{"projectId":"{{environment.ProjectId}}","environmentId":"{{environment.Id}}","secretId":"{{id}}","key":"KEY","path":"web/production/KEY","version":1}""",
            entry.GetProperty("metadata").GetRawText());
        Assert.True(entry.Time("createdAt") <= reveal.Meta.Time("timestamp"));
    }

    [Fact]
    public async Task An_entry_has_the_name_that_its_key_has_now_also_if_it_is_revoked()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var key = await environment.Workspace.NewAccessKeyAsync("ci");
        (await environment.Server.With(key.Text("token")).PostAsync($"/secrets/{id}/reveal")).Is(200);
        (await Callers.WithToken(environment.Workspace, "member").PostAsync($"/secrets/{id}/reveal")).Is(200);

        Assert.Equal("ci", await NameAsync());
        (await environment.Api.PatchAsync("/access-keys/" + key.Text("id"), """{"name":"deploy"}""")).Is(200);
        Assert.Equal("deploy", await NameAsync());
        (await environment.Api.PostAsync($"/access-keys/{key.Text("id")}/revoke")).Is(200);
        Assert.Equal("deploy", await NameAsync());

        Assert.Equal("ci", (await environment.Workspace.AuditAsync("action=access_key.create"))[0].GetProperty("metadata").Text("name"));
        Assert.True((await environment.Workspace.AuditAsync("action=secret.reveal"))[0].IsNull("actorName"));
        Assert.False((await environment.Workspace.AuditAsync("actorId=" + environment.Workspace.ApiKeyId))[0].IsNull("actorName"));

        async Task<string> NameAsync() => Assert.Single(await environment.Workspace.AuditAsync("actorId=" + key.Text("id"))).Text("actorName");
    }

    [Fact]
    public async Task An_entry_is_found_by_its_number_together_with_the_other_filters()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        await environment.WriteAsync("B");
        var all = await environment.Workspace.AuditAsync();

        foreach (var entry in all)
        {
            var sequence = entry.Number("sequence");
            Assert.Equal(entry.Text("id"), Assert.Single(await environment.Workspace.AuditAsync($"sequence={sequence}")).Text("id"));
            Assert.Single(await environment.Workspace.AuditAsync($"sequence={sequence}&action={entry.Text("action")}&actorId={entry.Text("actorId")}"));
            Assert.Empty(await environment.Workspace.AuditAsync($"sequence={sequence}&outcome=denied"));
        }

        Assert.Empty(await environment.Workspace.AuditAsync($"sequence={all.Count + 1}"));
        Assert.Empty(await environment.Workspace.AuditAsync($"sequence={(1L << 53) - 1}"));
        foreach (var wrong in new[] { "0", "-1", "x", "", "1.0", "99999999999999999999" })
        {
            Assert.Equal("sequence", (await environment.Api.GetAsync("/audit?sequence=" + wrong)).IsInvalid("sequence").Param);
        }
    }

    [Fact]
    public async Task A_long_user_agent_is_not_cut_inside_a_character()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var agent = new string('a', 255);
        var request = $"POST {ApiClient.Base}/secrets/{id}/reveal HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {environment.Workspace.Token}\r\n"
            + $"User-Agent: {agent}\U0001F600 and more\r\nContent-Length: 0\r\n\r\n";

        Assert.Equal(200, await RawHttp.StatusAsync(environment.Server.Address, Encoding.UTF8.GetBytes(request)));

        Assert.Equal(agent, Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal")).Text("userAgent"));
    }

    [Fact]
    public async Task A_reveal_by_path_with_an_access_key_is_recorded_like_one_by_id()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var key = await environment.Workspace.NewAccessKeyAsync();

        (await environment.Server.With(key.Text("token")).PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}""")).Is(200);

        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal"));
        Assert.Equal(("access_key", key.Text("id")), (entry.Text("actorType"), entry.Text("actorId")));
        Assert.Equal(id, entry.GetProperty("metadata").Text("secretId"));
        Assert.Equal("projectId,environmentId,secretId,key,path,version", entry.GetProperty("metadata").Names());
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData("""{"keys":["A","C"]}""", 2)]
    [InlineData("""{"keys":[]}""", 0)]
    public async Task A_reveal_of_many_values_writes_one_entry_per_value(string? body, int values)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "1"), ("B", "2"), ("C", "3")]);
        await environment.WriteAsync("A", "again");

        var byId = (await environment.RevealAllAsync(body)).Is(200);
        var bySlug = (await environment.Api.PostAsync("/projects/by-slug/web/environments/production/reveal", body)).Is(200);

        foreach (var reply in new[] { byId, bySlug })
        {
            var entries = await EntriesAsync(environment, reply);
            Assert.Equal(values, entries.Count);
            Assert.All(entries, entry => Assert.Equal(("secret.reveal", "success"), (entry.Text("action"), entry.Text("outcome"))));
            Assert.Equal(
                reply.Data.GetProperty("secrets").EnumerateArray().Select(secret => (secret.Text("id"), secret.Text("key"), secret.Number("version"))),
                entries.Select(entry => entry.GetProperty("metadata"))
                    .Select(metadata => (metadata.Text("secretId"), metadata.Text("key"), metadata.Number("version"))).OrderBy(entry => entry.Item2, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_reveal_of_several_hundred_values_writes_every_entry()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 500).Select(i => ($"A_{i}", "v")));
        await environment.WriteAllAsync(Enumerable.Range(0, 120).Select(i => ($"B_{i}", "v")));

        var reply = (await environment.RevealAllAsync()).Is(200);

        Assert.Equal(620, (await EntriesAsync(environment, reply)).Count);
    }

    [Fact]
    public async Task A_batch_writes_one_entry_per_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("B");

        var reply = (await environment.Api.PostAsync(environment.SecretsPath + "/batch", """{"secrets":[{"key":"A","value":"1"},{"key":"B","value":"2"}]}""")).Is(201);

        var entries = await EntriesAsync(environment, reply);
        Assert.Equal(["secret.write", "secret.write"], entries.Select(entry => entry.Text("action")));
        Assert.Equal(
            reply.Data.EnumerateArray().Select(version => (version.Text("id"), version.Number("version"))).Order(),
            entries.Select(entry => entry.GetProperty("metadata")).Select(data => (data.Text("secretId"), data.Number("version"))).Order());
    }

    [Fact]
    public async Task Entries_of_changes_name_what_was_changed()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var api = environment.Api;
        var secret = await environment.WriteAsync("KEY");
        (await api.DeleteAsync($"/secrets/{secret}")).Is(200);
        (await api.PatchAsync($"/environments/{environment.Id}", """{"name":"e2"}""")).Is(200);
        (await api.DeleteAsync($"/environments/{environment.Id}")).Is(200);
        (await api.PatchAsync($"/projects/{environment.ProjectId}", """{"name":"p2"}""")).Is(200);
        (await api.DeleteAsync($"/projects/{environment.ProjectId}")).Is(200);
        var access = (await environment.Workspace.NewAccessKeyAsync("k")).Text("id");
        (await api.PatchAsync("/access-keys/" + access, """{"name":"k2"}""")).Is(200);
        (await api.PostAsync($"/access-keys/{access}/revoke")).Is(200);
        var key = (await api.PostAsync("/api-keys", """{"name":"a"}""")).Is(201).Data.Text("id");
        (await api.DeleteAsync("/api-keys/" + key)).Is(200);

        var lines = (await environment.Workspace.AuditAsync()).AsEnumerable().Reverse().Skip(1).Select(LineOf).ToList();

        var kek = lines.Find(line => line.StartsWith("kek.destroy", StringComparison.Ordinal))!.Split("kek_")[1][..26];
        var (p, e) = (environment.ProjectId, environment.Id);
        Assert.Equal(
            [
                $$"""project.create {"projectId":"{{p}}","name":"Web"}""",
                $$"""environment.create {"projectId":"{{p}}","environmentId":"{{e}}","name":"Production"}""",
                $$"""secret.write {"projectId":"{{p}}","environmentId":"{{e}}","secretId":"{{secret}}","key":"KEY","path":"web/production/KEY","version":1}""",
                $$"""secret.delete {"projectId":"{{p}}","environmentId":"{{e}}","secretId":"{{secret}}","key":"KEY","path":"web/production/KEY","version":1}""",
                $$$"""environment.update {"projectId":"{{{p}}}","environmentId":"{{{e}}}","name":"e2","before":{"name":"Production"},"after":{"name":"e2"}}""",
                $$"""environment.delete {"projectId":"{{p}}","environmentId":"{{e}}","name":"e2"}""",
                $$"""project.update {"projectId":"{{p}}","name":"p2"}""",
                $$"""project.delete {"projectId":"{{p}}","name":"p2"}""",
                $$"""kek.destroy {"projectId":"{{p}}","targetId":"kek_{{kek}}"}""",
                $$"""access_key.create {"targetId":"{{access}}","name":"k"}""",
                $$$"""access_key.update {"targetId":"{{{access}}}","name":"k2","before":{"name":"k"},"after":{"name":"k2"}}""",
                $$"""access_key.revoke {"targetId":"{{access}}","name":"k2"}""",
                $$"""api_key.create {"targetId":"{{key}}","name":"a"}""",
                $$"""api_key.revoke {"targetId":"{{key}}","name":"a"}""",
            ],
            lines);
    }

    [Fact]
    public async Task Malformed_too_large_and_conflicting_requests_are_not_recorded()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var before = (await environment.Workspace.AuditAsync()).Count;

        (await environment.PutAsync("not a key", "v")).Is(400);
        (await environment.PutAsync("KEY", "v", ""","expectedVersion":7""")).Is(409);
        (await environment.PutAsync("KEY", new string('x', 65_537))).Is(413);
        (await environment.Api.PostAsync("/projects", """{"name":"Web"}""")).Is(409);
        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}")).Is(409);
        (await environment.Api.PostAsync($"/secrets/{id}/reveal?version=x")).Is(400);
        (await environment.RevealAllAsync("""{"keys":["-"]}""")).Is(400);
        (await environment.Api.GetAsync("/nothing")).Is(404);
        (await environment.Api.GetAsync("/secrets/sec_x")).Is(404);

        Assert.Equal(before, (await environment.Workspace.AuditAsync()).Count);
    }

    [Fact]
    public async Task A_denied_entry_names_only_things_of_the_callers_workspace()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var other = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var theirs = await other.WriteAsync("KEY");

        var attempts = new[]
        {
            (await environment.RevealAsync(theirs)).IsError(404, "NOT_FOUND"),
            (await environment.RevealAsync(id, 9)).IsError(404, "NOT_FOUND"),
            (await environment.RevealAllAsync("""{"keys":["NOPE"]}""")).IsError(404, "NOT_FOUND"),
            (await environment.Api.PutAsync($"/environments/{other.Id}/secrets", """{"key":"A","value":"v"}""")).IsError(404, "NOT_FOUND"),
        };

        var denied = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.All(denied, entry =>
        {
            Assert.DoesNotContain(theirs, entry.GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain(other.Id, entry.GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain("NOPE", entry.GetRawText(), StringComparison.Ordinal);
        });
        Assert.Contains(denied, entry => entry.Text("requestId") == attempts[2].RequestId
            && entry.GetProperty("metadata").Text("environmentId") == environment.Id);
        Assert.Contains(denied, entry => entry.Text("requestId") == attempts[3].RequestId && entry.Text("action") == "secret.write");
    }

    [Fact]
    public async Task Sequence_numbers_have_no_gap_under_concurrent_reveals_writes_and_refusals()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            for (var round = 0; round < 10; round++)
            {
                await environment.ValueAsync(id);
                (await environment.PutAsync($"KEY_{i}", "v")).Is(201);
                (await environment.PutAsync($"KEY_{i}", "v", ""","expectedVersion":0""")).Is(409);
                (await environment.RevealAsync($"sec_{i}_{round}")).Is(404);
            }
        }));

        var entries = (await environment.Workspace.AuditAsync()).AsEnumerable().Reverse().ToList();
        Assert.Equal(Enumerable.Range(1, entries.Count), entries.Select(entry => entry.Number("sequence")));
        Assert.Equal(160, entries.Count(entry => entry.Text("action") == "secret.reveal" && entry.Text("outcome") == "success"));
        Assert.Equal(161, entries.Count(entry => entry.Text("action") == "secret.write"));
        var times = entries.Select(entry => entry.Time("createdAt")).ToList();
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task The_database_refuses_to_change_or_remove_an_entry()
    {
        await using var server = await TestServer.StartAsync();
        await server.NewTestEnvironmentAsync();

        Assert.ThrowsAny<DbException>(() => server.Sql("UPDATE trail_segments SET at = 1"));
        Assert.ThrowsAny<DbException>(() => server.Sql("DELETE FROM trail_segments"));
    }

    private static async Task<List<JsonElement>> EntriesAsync(TestEnvironment environment, Reply reply) =>
        [.. (await environment.Workspace.AuditAsync()).Where(entry => entry.Text("requestId") == reply.RequestId)];

    private static string LineOf(JsonElement entry) => $"{entry.Text("action")} {entry.GetProperty("metadata").GetRawText()}";
}
