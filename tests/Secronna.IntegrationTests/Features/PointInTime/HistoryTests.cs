using System.Globalization;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>The history of an environment: the changes of its secrets, newest first.</summary>
public sealed class HistoryTests(SharedServer shared)
{
    [Fact]
    public async Task The_history_has_every_change_newest_first()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        var at = await environment.LastInstantAsync();
        (await environment.PutAsync("A", "two", ""","comment":"why" """)).Is(201);
        (await environment.Api.RollBackAsync(id, 1)).Is(201);
        (await environment.PutAsync("A", "three")).Is(201);
        (await environment.RestoreAsync(at)).Is(200);
        (await environment.Api.DeleteAsync("/secrets/" + id)).Is(200);
        var again = await environment.WriteAsync("A", "new");

        var changes = await environment.HistoryAsync();

        Assert.Equal(
            [$"written {again} 1", $"deleted {id} ", $"restored {id} 5", $"written {id} 4", $"rolled_back {id} 3", $"written {id} 2", $"written {id} 1"],
            changes.Select(change => $"{change.Text("change")} {change.Text("secretId")} {(change.Has("version") ? change.Number("version") : "")}"));
        Assert.Equal("why", Assert.Single(changes, change => change.Has("comment")).Text("comment"));
        Assert.All(changes, change => Assert.Equal((environment.Workspace.ApiKeyId, "A"), (change.Text("by"), change.Text("key"))));
        Assert.Equal(changes.Select(change => change.Time("at")).OrderDescending(), changes.Select(change => change.Time("at")));
        Assert.Equal(changes.Count, changes.Select(change => change.Text("at")).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task Pages_of_the_history_hold_each_change_once_even_if_many_share_an_instant(int limit)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        for (var round = 0; round < 3; round++)
        {
            await environment.WriteAllAsync(Enumerable.Range(0, 12).Select(i => ($"K_{i:D2}", "v")));
        }

        var granted = await environment.Workspace.NewGrantedClientAsync("web/production/K_*: list");
        foreach (var caller in new[] { environment.Api, granted })
        {
            var (items, _, pages) = await caller.PagesAsync($"/environments/{environment.Id}/history", limit);

            Assert.Equal((36 + limit - 1) / limit, pages);
            Assert.Equal((await environment.HistoryAsync()).ConvertAll(item => item.ToString()), items.ConvertAll(item => item.ToString()));
            Assert.Equal(36, items.Select(item => $"{item.Text("key")} {item.Number("version")}").Distinct().Count());
        }
    }

    [Fact]
    public async Task Changes_made_between_two_pages_are_on_no_later_page()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 10).Select(i => ($"K_{i}", "v")));
        var first = (await environment.Api.GetAsync($"/environments/{environment.Id}/history?limit=6")).Is(200);
        await environment.WriteAsync("K_0");
        await environment.WriteAsync("LATER");

        var second = await environment.Api.GetAsync($"/environments/{environment.Id}/history?limit=6&cursor={first.Meta.Text("cursor")}");

        Assert.Equal(4, second.Is(200).Data.GetArrayLength());
        Assert.Equal(10, first.Data.Each("key").Concat(second.Data.Each("key")).Distinct().Count());
    }

    [Fact]
    public async Task A_caller_with_grants_sees_the_changes_of_its_keys_and_no_time_of_others()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var times = new List<string>();
        foreach (var key in new[] { "DB_A", "OTHER", "DB_A", "OTHER", "DB_B", "OTHER" })
        {
            await environment.WriteAsync(key);
            times.Add(await environment.LastInstantAsync());
        }

        var granted = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: list");
        var (items, positions, pages) = await granted.PagesAsync($"/environments/{environment.Id}/history", 1);

        Assert.Equal(3, pages);
        Assert.Equal([times[4], times[2], times[0]], items.Each("at"));
        foreach (var hidden in new[] { times[1], times[3], times[5] })
        {
            var instant = DateTimeOffset.Parse(hidden, CultureInfo.InvariantCulture);
            var microseconds = ((instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);
            Assert.DoesNotContain(positions, position => position.Contains(microseconds, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_history_of_an_environment_outside_the_grants_or_the_workspace_looks_absent()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        var path = $"/environments/{environment.Id}/history";
        var absent = (await environment.Api.GetAsync("/environments/env_none/history")).IsError(404, "NOT_FOUND");

        var outside = (await (await environment.Workspace.NewGrantedClientAsync("web/staging: list reveal")).GetAsync(path)).IsError(404, "NOT_FOUND");
        var foreign = (await (await shared.NewWorkspaceAsync()).Api.GetAsync(path)).IsError(404, "NOT_FOUND");

        Assert.Equal(absent.StatusAndBody, outside.StatusAndBody);
        Assert.Equal(absent.StatusAndBody, foreign.StatusAndBody);
        var revealer = await environment.Workspace.NewGrantedClientAsync("web/production: reveal");
        Assert.Empty((await revealer.GetAsync(path)).Is(200).Data.EnumerateArray());
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=")]
    [InlineData("at=2026-01-01T00:00:00Z")]
    public async Task An_invalid_query_is_refused(string query)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        (await environment.Api.GetAsync($"/environments/{environment.Id}/history?{query}")).IsError(400, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task The_history_of_a_new_environment_is_empty()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        Assert.Empty(await environment.HistoryAsync());
    }
}
