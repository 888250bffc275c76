using System.Globalization;
using System.Text.Json;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Reads;

/// <summary>The routes that tell who reads which secrets, over HTTP.</summary>
[DependsOnTransactions]
public sealed class ReadsTests(SharedServer shared)
{
    [Fact]
    public async Task An_environment_has_the_last_reveal_the_readers_and_the_count_of_each_secret_also_of_those_that_nobody_read()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var (a, b, c) = (await environment.WriteAsync("A"), await environment.WriteAsync("B"), await environment.WriteAsync("C"));
        var key = await environment.Workspace.NewAccessKeyAsync("ci");
        await environment.ValueAsync(a);
        (await environment.RevealAllAsync("""{"keys":["A","B"]}""")).Is(200);
        (await environment.Server.With(key.Text("token")).PostAsync($"/secrets/{a}/reveal")).Is(200);
        (await Callers.WithToken(environment.Workspace, "viewer").PostAsync($"/secrets/{c}/reveal")).Is(403);
        (await environment.RevealAsync(c, version: 7)).Is(404);

        var reads = await ReadsAsync(environment, "A", 3);
        Assert.Equal(["A", "B", "C"], reads.Each("key"));
        Assert.Equal([a, b, c], reads.Each("secretId"));
        Assert.Equal("key,secretId,lastAt,lastBy,readers,count30d", reads[0].Names());
        Assert.Equal("actorType,actorId,actorName", reads[0].GetProperty("lastBy").Names());
        Assert.Equal(("access_key", key.Text("id"), "ci"), Actor(reads[0].GetProperty("lastBy")));
        Assert.Equal((2, 3), (reads[0].Number("readers"), reads[0].Number("count30d")));
        var last = (await environment.Workspace.AuditAsync("action=secret.reveal&secretId=" + a))[0];
        Assert.Equal(last.Text("createdAt"), reads[0].Text("lastAt"));
        Assert.Equal(("api_key", environment.Workspace.ApiKeyId), (reads[1].GetProperty("lastBy").Text("actorType"), reads[1].GetProperty("lastBy").Text("actorId")));
        Assert.Equal((1, 1), (reads[1].Number("readers"), reads[1].Number("count30d")));
        Assert.True(reads[2].IsNull("lastAt") && reads[2].IsNull("lastBy"));
        Assert.Equal((0, 0), (reads[2].Number("readers"), reads[2].Number("count30d")));

        var (paged, _, pages) = await environment.Api.PagesAsync($"/environments/{environment.Id}/reads", 1);
        Assert.Equal(3, pages);
        Assert.Equal(reads.Select(item => item.GetRawText()), paged.Select(item => item.GetRawText()));
    }

    [Fact]
    public async Task A_secret_has_its_reads_by_day_by_version_and_by_actor()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        await environment.WriteAsync("KEY");
        await environment.ValueAsync(id);
        await environment.ValueAsync(id, version: 1);
        await environment.ValueAsync(id);
        var key = await environment.Workspace.NewAccessKeyAsync("ci");
        (await environment.Server.With(key.Text("token")).PostAsync($"/secrets/{id}/reveal")).Is(200);
        await ReadsAsync(environment, "KEY", 4);

        var reads = (await environment.Api.GetAsync($"/secrets/{id}/reads")).Is(200).Data;
        Assert.Equal("byDay,byVersion,byActor", reads.Names());
        var today = DateTime.Parse((await environment.Workspace.AuditAsync())[0].Text("createdAt"), CultureInfo.InvariantCulture).ToUniversalTime()
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Assert.Equal([$$"""{"day":"{{today}}","count":4,"readers":2}"""], Raw(reads, "byDay"));
        Assert.Equal(
            [$$"""{"day":"{{today}}","version":2,"count":3}""", $$"""{"day":"{{today}}","version":1,"count":1}"""], Raw(reads, "byVersion"));
        var reveals = await environment.Workspace.AuditAsync("action=secret.reveal");
        Assert.Equal(
            [
                $$"""{"actorType":"access_key","actorId":"{{key.Text("id")}}","actorName":"ci","firstAt":"{{reveals[0].Text("createdAt")}}","firstSequence":{{reveals[0].Number("sequence")}},"lastAt":"{{reveals[0].Text("createdAt")}}"}""",
                $$"""{"actorType":"api_key","actorId":"{{environment.Workspace.ApiKeyId}}","actorName":"{{reveals[1].Text("actorName")}}","firstAt":"{{reveals[3].Text("createdAt")}}","firstSequence":{{reveals[3].Number("sequence")}},"lastAt":"{{reveals[1].Text("createdAt")}}"}""",
            ],
            Raw(reads, "byActor"));

        var pages = await PagesAsync(environment.Api, $"/secrets/{id}/reads?limit=1");
        Assert.Equal(2, pages.Count);
        Assert.Equal(Raw(reads, "byVersion"), pages.SelectMany(page => Raw(page, "byVersion")));
        Assert.Equal(Raw(reads, "byActor"), pages.SelectMany(page => Raw(page, "byActor")));
        Assert.All(pages, page => Assert.Equal(Raw(reads, "byDay"), Raw(page, "byDay")));
    }

    [Fact]
    public async Task A_workspace_has_its_days_what_was_read_lately_and_what_nobody_read()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var ids = new List<string>();
        foreach (var key in new[] { "A", "B", "C", "D", "E" })
        {
            ids.Add(await environment.WriteAsync(key));
        }

        foreach (var id in new[] { ids[2], ids[0], ids[2], ids[1], ids[4] })
        {
            await environment.ValueAsync(id);
        }

        (await environment.Api.DeleteAsync($"/secrets/{ids[4]}")).Is(200);
        var other = await shared.NewTestEnvironmentAsync();
        await other.WriteAsync("FOREIGN");
        await ReadsAsync(environment, "B", 1);

        var reads = (await environment.Api.GetAsync("/reads?days=3")).Is(200).Data;
        Assert.Equal("byDay,recent,unread", reads.Names());
        Assert.Equal([0, 0, 5], reads.GetProperty("byDay").EnumerateArray().Select(day => day.Number("count")));
        Assert.Equal([0, 0, 1], reads.GetProperty("byDay").EnumerateArray().Select(day => day.Number("readers")));
        Assert.Equal([ids[1], ids[2], ids[0]], reads.GetProperty("recent").EnumerateArray().Each("secretId"));
        Assert.Equal([ids[3]], reads.GetProperty("unread").EnumerateArray().Each("secretId"));
        Assert.Equal("path,key,secretId,projectId,environmentId,lastAt,lastBy,readers", reads.GetProperty("unread")[0].Names());
        Assert.Equal(
            (environment.PathOf("D"), environment.ProjectId, environment.Id, true),
            (reads.GetProperty("unread")[0].Text("path"), reads.GetProperty("unread")[0].Text("projectId"),
                reads.GetProperty("unread")[0].Text("environmentId"), reads.GetProperty("unread")[0].IsNull("lastAt")));

        var pages = await PagesAsync(environment.Api, "/reads?days=3&limit=1");
        Assert.Equal(Raw(reads, "recent"), pages.SelectMany(page => Raw(page, "recent")));
        Assert.Equal(Raw(reads, "unread"), pages.SelectMany(page => Raw(page, "unread")));
        Assert.Equal(30, (await environment.Api.GetAsync("/reads")).Is(200).Data.GetProperty("byDay").GetArrayLength());
        Assert.All(
            (await other.Api.GetAsync("/reads")).Is(200).Data.GetProperty("byDay").EnumerateArray(), day => Assert.Equal(0, day.Number("count")));
        foreach (var wrong in new[] { "0", "91", "x", "" })
        {
            (await environment.Api.GetAsync("/reads?days=" + wrong)).IsInvalid("days");
        }
    }

    [Fact]
    public async Task Who_may_read_the_audit_trail_may_read_the_reads_and_an_access_key_may_not()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var key = environment.Server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        foreach (var path in new[] { $"/environments/{environment.Id}/reads", $"/secrets/{id}/reads", "/reads" })
        {
            (await Callers.WithToken(environment.Workspace, "viewer").GetAsync(path)).Is(200);
            (await key.GetAsync(path)).IsError(403, "FORBIDDEN");
        }
    }

    // The list of the environment's reads, once the reveals of a secret are counted.
    private static async Task<List<JsonElement>> ReadsAsync(TestEnvironment environment, string key, int count)
    {
        List<JsonElement> reads = [];
        await Until.HoldsAsync($"{count} reveals are counted", async () =>
        {
            reads = [.. (await environment.Api.GetAsync($"/environments/{environment.Id}/reads")).Is(200).Data.EnumerateArray()];
            return reads.Single(item => item.Text("key") == key).Number("count30d") == count;
        });
        return reads;
    }

    private static async Task<List<JsonElement>> PagesAsync(ApiClient api, string path)
    {
        var pages = new List<JsonElement>();
        for (string? cursor = null; pages.Count == 0 || cursor is not null;)
        {
            var reply = (await api.GetAsync(cursor is null ? path : $"{path}&cursor={cursor}")).Is(200);
            pages.Add(reply.Data);
            cursor = reply.Meta.GetProperty("cursor").GetString();
            Assert.Equal(cursor is not null, reply.Meta.GetProperty("hasMore").GetBoolean());
        }

        return pages;
    }

    private static List<string> Raw(JsonElement reads, string list) => [.. reads.GetProperty(list).EnumerateArray().Select(item => item.GetRawText())];

    private static (string, string, string) Actor(JsonElement actor) => (actor.Text("actorType"), actor.Text("actorId"), actor.Text("actorName"));
}
