using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Three nodes over one database agree: on data at once (S12), on denials, revocations and grants within the second of S22.
/// </summary>
[Collection(SharedPostgresTests.Name)]
[RunsAlone]
public sealed class AgreementTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Concurrent_writers_of_the_same_keys_on_all_nodes_get_each_version_number_once_and_without_a_gap()
    {
        var nodes = await postgres.NodesAsync();
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("Ledger")).EnvironmentId;
        var ledger = new Ledger();
        var loads = nodes.All.Select(node => new RequestLoad(node.Url, nodes.Installation.Token, environment, ledger, 4, 2)).ToList();
        try
        {
            await Until.HoldsAsync("writes are acknowledged on all nodes", () => ledger.Writes > 600);
            await Task.WhenAll(loads.Select(load => load.StopAsync()));
            Assert.All(loads, load => Assert.Equal((0, 0), (load.Failures, load.Refused.Count)));
        }
        finally
        {
            loads.ForEach(load => load.Dispose());
        }

        using var other = nodes[2].Connect();
        await ledger.CheckAllAsync(other, environment);
        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
    }

    [Fact]
    public async Task The_changes_of_one_node_are_visible_on_the_other_nodes_at_once()
    {
        var nodes = await postgres.NodesAsync();
        using var one = nodes[0].Connect();
        using var two = nodes[1].Connect();
        using var three = nodes[2].Connect();
        // Creating the project creates its KEK, which the other nodes use next.
        var (project, environment) = await one.CreateEnvironmentAsync("Kek");
        var written = await two.WriteAsync(environment, "KEY", "from two");
        Assert.Equal((201, 1), (written.Status, (int)written.Data["version"]!));
        var id = (string)written.Data["id"]!;
        Assert.Equal("from two", (string)(await three.RevealAsync(id, 1)).Data["value"]!);
        Assert.Equal(2, (int)(await three.WriteAsync(environment, "KEY", "from three")).Data["version"]!);
        Assert.Equal("from three", (string)(await one.PostAsync($"/api/v1/secrets/{id}/reveal")).Data["value"]!);
        var keks = (await one.ListAsync($"/api/v1/projects/{project}/keys")).Select(kek => (string)kek["id"]!).ToList();
        Assert.Single(keks);
        Assert.Equal(keks, (await three.ListAsync($"/api/v1/projects/{project}/keys")).Select(kek => (string)kek["id"]!));

        Assert.Equal(200, (await two.DeleteAsync($"/api/v1/secrets/{id}")).Status);
        Assert.Equal(404, (await one.PostAsync($"/api/v1/secrets/{id}/reveal")).Status);
        Assert.Equal(404, (await three.RevealAsync(id, 1)).Status);
        Assert.Empty(await three.ListAsync($"/api/v1/environments/{environment}/secrets"));
        var again = await three.WriteAsync(environment, "KEY", "another secret");
        Assert.Equal(1, (int)again.Data["version"]!);
        Assert.NotEqual(id, (string)again.Data["id"]!);
    }

    [Fact]
    public async Task Revisions_and_cursors_of_one_node_are_valid_on_every_node()
    {
        var nodes = await postgres.NodesAsync();
        using var one = nodes[0].Connect();
        using var two = nodes[1].Connect();
        using var three = nodes[2].Connect();
        var environment = (await one.CreateEnvironmentAsync("Revision")).EnvironmentId;
        foreach (var (api, key) in new[] { (one, "A"), (two, "B"), (three, "C"), (one, "D"), (two, "E") })
        {
            Assert.Equal(201, (await api.WriteAsync(environment, key, "value of " + key)).Status);
        }

        var path = $"/api/v1/environments/{environment}/reveal";
        var revision = (string)(await one.PostAsync(path)).Data["revision"]!;
        Assert.Equal(revision, (string)(await two.PostAsync(path)).Data["revision"]!);
        var known = ("If-None-Match", $"\"{revision}\"");
        Assert.Equal(304, (await three.SendAsync(HttpMethod.Post, path, header: known)).Status);
        Assert.Equal(201, (await two.WriteAsync(environment, "A", "another")).Status);
        Assert.Equal(200, (await three.SendAsync(HttpMethod.Post, path, header: known)).Status);

        var list = $"/api/v1/environments/{environment}/secrets?limit=2";
        var first = await one.GetAsync(list);
        var second = await two.GetAsync($"{list}&cursor={first.Cursor}");
        var third = await three.GetAsync($"{list}&cursor={second.Cursor}");
        Assert.Equal(
            ["A", "B", "C", "D", "E"],
            new[] { first, second, third }.SelectMany(page => page.Data.AsArray()).Select(secret => (string)secret!["key"]!));
    }

    [Fact]
    public async Task A_denied_workspace_is_refused_by_every_node_within_a_second()
    {
        var nodes = await postgres.NodesAsync();
        await nodes.Installation.DoAsync("workspace", "allow", "acc_denied");
        using var requests = new RepeatedRequestOnNodes(nodes, await nodes.Installation.CreateApiKeyAsync("acc_denied"));
        await requests.ExpectAcceptedAsync();
        await nodes.Installation.DoAsync("workspace", "deny", "acc_denied");
        await requests.ExpectRefusedWithinASecondAsync(403);
        await nodes.Installation.DoAsync("workspace", "allow", "acc_denied");
        await Until.HoldsAsync("it works again", async () => (await requests[1].GetAsync("/api/v1/me")).Status == 200);
    }

    [Theory]
    [InlineData("access-keys")]
    [InlineData("api-keys")]
    public async Task A_revoked_credential_is_refused_by_every_node_within_a_second(string kind)
    {
        var nodes = await postgres.NodesAsync();
        using var api = nodes[0].Connect();
        var created = await api.PostAsync($"/api/v1/{kind}", new JsonObject { ["name"] = "short-lived" });
        using var requests = new RepeatedRequestOnNodes(nodes, (string)created.Data["token"]!);
        await requests.ExpectAcceptedAsync();
        var revoked = kind == "api-keys"
            ? await api.DeleteAsync($"/api/v1/{kind}/{created.Data["id"]}")
            : await api.PostAsync($"/api/v1/{kind}/{created.Data["id"]}/revoke");
        Assert.Equal(200, revoked.Status);
        await requests.ExpectRefusedWithinASecondAsync(401);
    }

    [Fact]
    public async Task An_access_key_loses_a_removed_grant_on_every_node_within_a_second()
    {
        var nodes = await postgres.NodesAsync();
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("Granted")).EnvironmentId;
        var created = await api.PostAsync("/api/v1/access-keys", JsonNode.Parse("""
            {"name":"narrow","grants":[{"path":"granted","actions":["list"]},{"path":"other","actions":["list"]}]}
            """)!);
        using var requests = new RepeatedRequestOnNodes(nodes, (string)created.Data["token"]!, $"/api/v1/environments/{environment}");
        await requests.ExpectAcceptedAsync();
        var changed = await api.SendAsync(
            HttpMethod.Patch, $"/api/v1/access-keys/{created.Data["id"]}", """{"grants":[{"path":"other","actions":["list"]}]}""");
        Assert.Equal(200, changed.Status);
        await requests.ExpectRefusedWithinASecondAsync(404);
    }

    [Fact]
    public async Task A_changed_access_key_has_its_new_name_on_every_node_after_a_second()
    {
        var nodes = await postgres.NodesAsync();
        using var api = nodes[0].Connect();
        var created = await api.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "before" });
        using var requests = new RepeatedRequestOnNodes(nodes, (string)created.Data["token"]!);
        await requests.ExpectAcceptedAsync();
        var changed = await api.SendAsync(HttpMethod.Patch, $"/api/v1/access-keys/{created.Data["id"]}", """{"name":"after"}""");
        Assert.Equal(200, changed.Status);
        await Until.HasPassedAsync(TimeSpan.FromSeconds(1));
        for (var node = 0; node < nodes.All.Count; node++)
        {
            Assert.Equal("after", (string)(await requests[node].GetAsync("/api/v1/me")).Data["name"]!);
        }
    }
}
