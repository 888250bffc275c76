using Microsoft.Extensions.Time.Testing;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>
/// What a caller is refused is recorded the same whether it is there or not, and however much it asks for, few entries
/// are written (S19, S23).
/// </summary>
public sealed class GrantRefusalTests
{
    // The first of each that is told apart, and the first of the rest.
    private const int MostFirst = RefusalRuns.MaxRunsPerCaller + 1;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    private readonly FakeTimeProvider time = Clock.New();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_asks_for_a_thousand_things_writes_a_few_entries_and_counts(bool exist)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var ids = exist
            ? (await place.WriteAllAsync(Enumerable.Range(0, 500).Select(i => ($"KEY_{i}", "v")))).Each("id")
            : [.. Enumerable.Range(0, 500).Select(i => $"sec_{i:00000000000000000000000000}")];
        var client = await place.Workspace.GrantedAsync("web/production/DB_*: reveal");

        await AllAsync(client, ids.Concat(ids));

        Assert.Equal(MostFirst, (await DeniedAsync(place)).Count);
        time.Advance(Window);
        // A count for each that is told apart; of the rest, for each that was found, up to a number, and for what is left.
        var expected = RefusalRuns.MaxRunsPerCaller + (exist ? RefusalRun.MaxSeparateCounts + 1 : 1);
        await Eventually.TrueAsync(async () => (await DeniedAsync(place)).Count == MostFirst + expected, "the counts");
        var counts = (await DeniedAsync(place))[..expected];
        Assert.Equal(1_000 - MostFirst, counts.Sum(Count));
        Assert.Equal(expected - (exist ? 1 : RefusalRuns.MaxRunsPerCaller + 1), counts.Count(entry => entry.GetProperty("metadata").Has("secretId")));
        Assert.Contains(counts, entry => entry.GetProperty("metadata").Names() == "count" && Count(entry) > 100);
    }

    [Fact]
    public async Task What_a_caller_looks_for_behind_a_crowd_of_made_up_things_is_named_in_the_end()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var secret = await place.WriteAsync("MASTER_PASSWORD");
        var client = await place.Workspace.GrantedAsync("web/production/DB_*: reveal");
        await AllAsync(client, Enumerable.Range(0, 30).Select(i => $"sec_{i:00000000000000000000000000}"));

        await AllAsync(client, [secret, secret]);

        Assert.Empty(await place.Workspace.AuditAsync($"outcome=denied&secretId={secret}"));
        time.Advance(Window);
        await Eventually.TrueAsync(
            async () => (await place.Workspace.AuditAsync($"outcome=denied&secretId={secret}")).Count == 1, "its count");
        Assert.Equal(2, Count(Assert.Single(await place.Workspace.AuditAsync($"outcome=denied&secretId={secret}"))));
    }

    [Fact]
    public async Task When_the_minute_is_over_things_are_told_apart_again()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var client = await place.Workspace.GrantedAsync("web/production/DB_*: reveal");
        var ids = Enumerable.Range(0, 60).Select(i => $"sec_{i:00000000000000000000000000}").ToList();
        await AllAsync(client, ids[..30]);
        Assert.Equal(MostFirst, (await DeniedAsync(place)).Count);

        time.Advance(Window);
        await Eventually.TrueAsync(async () => (await DeniedAsync(place)).Count == MostFirst + 1, "the count of the rest");
        await AllAsync(client, ids[30..]);

        Assert.Equal((2 * MostFirst) + 1, (await DeniedAsync(place)).Count);
    }

    [Fact]
    public async Task Callers_and_kinds_of_operations_do_not_take_room_from_each_other()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var (one, two) = (await place.Workspace.GrantedAsync("web: list"), await place.Workspace.GrantedAsync("web: list"));
        var ids = Enumerable.Range(0, 30).Select(i => $"sec_{i:00000000000000000000000000}").ToList();

        await AllAsync(one, ids);
        await AllAsync(two, ids);
        foreach (var id in ids)
        {
            (await one.DeleteAsync("/secrets/" + id)).IsError(404, "NOT_FOUND");
        }

        var entries = await DeniedAsync(place);
        Assert.Equal(3 * MostFirst, entries.Count);
        Assert.Equal(3, entries.GroupBy(entry => (entry.Text("actorId"), entry.Text("action"))).Count(group => group.Count() == MostFirst));
    }

    [Fact]
    public async Task A_count_names_no_user_agent_when_its_refusals_came_from_several()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var client = await place.Workspace.GrantedAsync("web/production/DB_*: reveal");
        foreach (var (id, agent) in new[] { ("sec_a", "one"), ("sec_a", "two"), ("sec_a", "one"), ("sec_b", "one"), ("sec_b", "one") })
        {
            (await client.SendAsync("POST", $"/secrets/{id}/reveal", null, ("User-Agent", agent))).IsError(404, "NOT_FOUND");
        }

        time.Advance(Window);

        await Eventually.TrueAsync(async () => (await DeniedAsync(place)).Count == 4, "the counts");
        Assert.Equal(["", "one"], (await DeniedAsync(place))[..2].OrderBy(entry => 2 - Count(entry)).Select(entry => entry.GetProperty("userAgent").ToString()));
    }

    [Theory]
    [InlineData("reveal")]
    [InlineData("path")]
    [InlineData("environment")]
    [InlineData("keys")]
    [InlineData("write")]
    [InlineData("delete")]
    public async Task A_first_waits_for_its_entry_and_a_repeat_for_none_whether_it_is_there_or_not(string kind)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var id = await place.WriteAsync("TOKEN");
        // The same asked for by two callers: of one of them it is outside, of the other it isn't there at all.
        var other = (await server.NewWorkspaceAsync()).Api;
        foreach (var client in new[] { await place.Workspace.GrantedAsync("elsewhere: list reveal write delete"), other })
        {
            Task<Reply> SendAsync() => kind switch
            {
                "reveal" => client.PostAsync($"/secrets/{id}/reveal"),
                "path" => client.PostAsync("/reveal", """{"path":"web/production/TOKEN"}"""),
                "environment" => client.PostAsync($"/environments/{place.EnvironmentId}/reveal"),
                "keys" => client.PostAsync($"/environments/{place.EnvironmentId}/reveal", """{"keys":["TOKEN"]}"""),
                "write" => client.PutAsync(place.Secrets, """{"key":"TOKEN","value":"v"}"""),
                _ => client.DeleteAsync("/secrets/" + id),
            };
            (await client.GetAsync("/me")).Is(200);
            server.Break("INSERT", "audit_entries");
            (await SendAsync()).IsError(503, "UNAVAILABLE");
            server.Mend("audit_entries");
            (await SendAsync()).IsError(404, "NOT_FOUND");
            server.Break("INSERT", "audit_entries");
            // Had it to write anything it would fail.
            (await SendAsync()).IsError(404, "NOT_FOUND");
            server.Mend("audit_entries");
        }
    }

    private static async Task AllAsync(ApiClient client, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
        }
    }

    private static Task<List<System.Text.Json.JsonElement>> DeniedAsync(Place place) => place.Workspace.AuditAsync("outcome=denied");

    private static int Count(System.Text.Json.JsonElement entry) => entry.GetProperty("metadata").Number("count");
}
