using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>Lists and reveals with <c>at</c> give the exact state at an instant, and always the same one (S14).</summary>
[DependsOnTransactions]
public sealed class InstantReadTests(SharedServer shared)
{
    [Fact]
    public async Task A_change_is_visible_from_its_instant_on_and_not_a_microsecond_before()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A", "one");
        var first = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "two");
        var second = await environment.LastInstantAsync();
        await environment.WriteAllAsync([("B", "b"), ("A", "three")]);
        var third = await environment.LastInstantAsync();

        foreach (var (at, state) in new (string, string[])[]
        {
            (first.Plus(-1), []), (first, ["A 1 one"]), (second.Plus(-1), ["A 1 one"]), (second, ["A 2 two"]),
            (third.Plus(-1), ["A 2 two"]), (third, ["A 3 three", "B 1 b"]), (third.Plus(1), ["A 3 three", "B 1 b"]),
        })
        {
            Assert.Equal(state, await environment.RevealedAsync(at));
            Assert.Equal(state.Select(line => line[..3]), await environment.ListedAsync(at));
        }
    }

    [Fact]
    public async Task A_past_list_has_the_version_of_that_instant_and_the_time_of_its_writing()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        var first = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "two");

        var item = Assert.Single((await environment.Api.GetAsync($"{environment.SecretsPath}?at={first}")).Is(200).Data.EnumerateArray());

        Assert.Equal("id,key,currentVersion,createdAt,updatedAt", item.Names());
        Assert.Equal((id, 1, first, first), (item.Text("id"), item.Number("currentVersion"), item.Text("createdAt"), item.Text("updatedAt")));
    }

    [Fact]
    public async Task A_past_list_has_pages()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 25).Select(i => ($"K_{i:D2}", "old")));
        var at = await environment.LastInstantAsync();
        await environment.WriteAllAsync(Enumerable.Range(10, 30).Select(i => ($"K_{i:D2}", "new")));

        var (items, _, pages) = await environment.Api.PagesAsync($"{environment.SecretsPath}?at={at}", 10);

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"K_{i:D2}"), items.Each("key"));
        Assert.All(items, item => Assert.Equal(1, item.Number("currentVersion")));
    }

    [Fact]
    public async Task Each_revealed_past_value_is_recorded_with_its_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "one"), ("B", "one")]);
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "two");

        var reply = await environment.RevealAllAsync($$"""{"at":"{{at}}","keys":["A","B"]}""");

        Assert.Equal(["A 1 one", "B 1 one"], reply.Is(200).Data.Revealed());
        var entries = await environment.Workspace.AuditAsync("action=secret.reveal");
        Assert.All(entries, entry => Assert.Equal((reply.RequestId, "success"), (entry.Text("requestId"), entry.Text("outcome"))));
        Assert.Equal(
            ["A 1", "B 1"],
            entries.Select(entry => $"{entry.GetProperty("metadata").Text("key")} {entry.GetProperty("metadata").Number("version")}").Order());
    }

    [Fact]
    public async Task A_past_reveal_names_a_secret_deleted_since_and_ignores_its_successor()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var old = await environment.WriteAsync("A", "old");
        await environment.WriteAllAsync([("B", "b")]);
        var at = await environment.LastInstantAsync();
        (await environment.Api.DeleteAsync("/secrets/" + old)).Is(200);
        var deleted = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "new");

        var then = (await environment.RevealAllAsync($$"""{"at":"{{at}}"}""")).Is(200).Data;

        Assert.Equal(["B 1 b"], then.Revealed());
        Assert.Equal(["A"], then.GetProperty("unrecoverable").EnumerateArray().Select(key => key.GetString()));
        Assert.Equal(["A 1", "B 1"], await environment.ListedAsync(at));
        Assert.Equal(["A 1", "B 1"], await environment.ListedAsync(deleted.Plus(-1)));
        Assert.Equal(["B 1"], await environment.ListedAsync(deleted));
        Assert.Equal(["B 1 b"], await environment.RevealedAsync(deleted));
        Assert.Equal(["A 1 new", "B 1 b"], await environment.RevealedAsync());
        var named = (await environment.RevealAllAsync($$"""{"at":"{{at}}","keys":["A"]}""")).Is(200).Data;
        Assert.Empty(named.Revealed());
        Assert.Equal("A", Assert.Single(named.GetProperty("unrecoverable").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_later_deletion_changes_the_ETag_of_a_past_reveal()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "old");
        var at = await environment.LastInstantAsync();
        var body = $$"""{"at":"{{at}}"}""";
        var tag = (await environment.RevealAllAsync(body)).Is(200).Header("ETag");
        (await environment.RevealAllAsync(body, tag)).Is(304);
        await environment.WriteAsync("A", "newer");
        (await environment.RevealAllAsync(body, tag)).Is(304);

        (await environment.Api.DeleteAsync("/secrets/" + id)).Is(200);

        var changed = (await environment.RevealAllAsync(body, tag)).Is(200).Header("ETag");
        Assert.NotEqual(tag, changed);
        Assert.NotEqual(changed, (await environment.RevealAllAsync()).Is(200).Header("ETag"));
    }

    [Fact]
    public async Task A_key_that_did_not_exist_at_the_instant_is_not_found_and_named()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("LATER", "canary");

        var reply = (await environment.RevealAllAsync($$"""{"at":"{{at}}","keys":["A","LATER"]}""")).IsError(404, "NOT_FOUND");

        Assert.Contains("LATER", reply.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\"A\"", reply.Message, StringComparison.Ordinal);
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal&outcome=success"));
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999999Z", "is in the future")]
    [InlineData("tomorrow", "RFC 3339")]
    [InlineData("2026-01-31T09:00:00", "RFC 3339")]
    [InlineData("2026-13-31T09:00:00Z", "RFC 3339")]
    [InlineData("", "RFC 3339")]
    public async Task A_malformed_or_future_instant_is_invalid_on_every_route(string at, string rule)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");

        (await environment.Api.GetAsync($"{environment.SecretsPath}?at={at}")).IsInvalid(rule);
        (await environment.RevealAllAsync($$"""{"at":"{{at}}"}""")).IsInvalid(rule);
        (await environment.RestoreAsync(at)).IsInvalid(rule);
        (await environment.CompareAsync(environment.Id, $$""","at":"{{at}}" """)).IsInvalid(rule);
        (await environment.CompareAsync(environment.Id, $$""","withAt":"{{at}}" """)).IsInvalid("withAt: ");
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("1969-12-31T23:59:59.999999Z")]
    [InlineData("2001-02-03t04:05:06.1234567z")]
    [InlineData("2001-02-03T04:05:06-05:30")]
    public async Task An_environment_is_empty_at_every_instant_before_its_first_write(string at)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");

        Assert.Empty((await environment.Api.GetAsync($"{environment.SecretsPath}?at={at}")).Is(200).Data.EnumerateArray());
        Assert.Empty(await environment.RevealedAsync(at));
        Assert.Equal(["A created_since"], (await environment.RestoreAsync(at, ""","dryRun":true""")).Changes());
        Assert.Equal(["A only_there"], (await environment.CompareAsync(environment.Id, $$""","at":"{{at}}" """)).Results());
    }

    [Fact]
    public async Task An_instant_can_be_given_in_any_time_zone()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A", "one");
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "two");

        var elsewhere = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)
            .ToOffset(TimeSpan.FromHours(5.5)).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(["A 1 one"], await environment.RevealedAsync(elsewhere));
    }

    [Fact]
    public async Task A_caller_sees_the_same_keys_of_the_past_as_of_the_present()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var (shown, hidden) = (await environment.WriteAsync("DB_A", "one"), await environment.WriteAsync("OTHER", "one"));
        var at = await environment.LastInstantAsync();
        (await environment.Api.DeleteAsync("/secrets/" + hidden)).Is(200);
        await environment.WriteAsync("DB_A", "two");
        var granted = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: list reveal");

        Assert.Equal([shown], (await granted.GetAsync($"{environment.SecretsPath}?at={at}")).Is(200).Data.Each("id"));
        var revealed = (await granted.PostAsync($"/environments/{environment.Id}/reveal", $$"""{"at":"{{at}}"}""")).Is(200).Data;
        Assert.Equal(["DB_A 1 one"], revealed.Revealed());
        Assert.Empty(revealed.GetProperty("unrecoverable").EnumerateArray());
        (await granted.PostAsync($"/environments/{environment.Id}/reveal", $$"""{"at":"{{at}}","keys":["OTHER"]}"""))
            .IsError(404, "NOT_FOUND");
        var elsewhere = await environment.Workspace.NewGrantedClientAsync("web/staging: list reveal write delete");
        (await elsewhere.GetAsync($"{environment.SecretsPath}?at={at}")).IsError(404, "NOT_FOUND");
        // A future instant is invalid in an existing environment. Without a grant it must not reveal that the environment exists.
        (await elsewhere.GetAsync($"{environment.SecretsPath}?at=9999-01-01T00:00:00Z")).IsError(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_past_reveal_whose_entries_cannot_be_written_opens_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAsync("A", "canary");
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "newer");
        await server.RestartAsync();
        server.Break("INSERT", "trail_segments");

        var refused = (await environment.RevealAllAsync($$"""{"at":"{{at}}"}""")).IsError(503, "UNAVAILABLE");

        Assert.DoesNotContain("canary", refused.Text, StringComparison.Ordinal);
        Assert.Equal(0, server.Services.GetRequiredService<KeyRing>().Count);
        server.Mend("trail_segments");
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal"));
    }
}
