using Microsoft.Extensions.Time.Testing;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// Refusals are recorded in the same way whether the refused thing exists or not, and a caller that asks for many things
/// causes only a few entries (S19, S23).
/// </summary>
public sealed class GrantRefusalTests
{
    // How many refusals of a credential have entries of their own in a minute, in these tests.
    private const int MaxFirsts = 20;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    private readonly FakeTimeProvider time = TestClock.New();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_is_refused_a_thousand_times_causes_a_few_entries_with_counts(bool exist)
    {
        await using var server = await StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var ids = exist
            ? (await environment.WriteAllAsync(Enumerable.Range(0, 500).Select(i => ($"KEY_{i}", "v")))).Each("id")
            : MadeUp(500);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");

        await RefuseAllAsync(client, ids[..MaxFirsts]);
        await LimitAllAsync(client, ids[MaxFirsts..]);
        await RefuseAllAsync(client, ids[..MaxFirsts]);
        await LimitAllAsync(client, ids[MaxFirsts..]);

        Assert.Equal(MaxFirsts, (await DeniedAsync(environment)).Count);
        time.Advance(Window);
        // One entry counts the repeats of each refusal that has an entry of its own. Over the limit, as many things that exist
        // have counts of their own; one more entry counts the rest.
        var expected = MaxFirsts + (exist ? MaxFirsts + 1 : 1);
        await Until.HoldsAsync("the counts are recorded", async () => (await DeniedAsync(environment)).Count == MaxFirsts + expected);
        var counts = (await DeniedAsync(environment))[..expected];
        Assert.Equal(1_000 - MaxFirsts, counts.Sum(Count));
        Assert.Equal(exist ? 2 * MaxFirsts : 0, counts.Count(entry => entry.GetProperty("metadata").Has("secretId")));
        Assert.Contains(counts, entry => entry.GetProperty("metadata").Names() == "count" && Count(entry) > 100);
        Assert.All(counts, entry => Assert.Equal("127.0.0.1", entry.Text("ip")));
    }

    [Fact]
    public async Task An_existing_secret_is_at_once_on_record_even_if_many_made_up_ids_were_asked_for_before()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("MASTER_PASSWORD");
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        await RefuseAllAsync(client, MadeUp(30));

        await RefuseAllAsync(client, [secret, secret]);

        var first = Assert.Single(await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}"));
        Assert.Equal("web/production/MASTER_PASSWORD", first.GetProperty("metadata").Text("path"));
        time.Advance(Window);
        await Until.HoldsAsync(
            "the count of the existing secret is recorded",
            async () => (await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}")).Count == 2);
        Assert.Equal(1, Count((await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}"))[0]));
    }

    [Fact]
    public async Task Over_the_limit_a_count_names_the_existing_secret_and_an_allowed_request_is_answered()
    {
        await using var server = await StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var (secret, allowed) = (await environment.WriteAsync("MASTER_PASSWORD"), await environment.WriteAsync("DB_URL"));
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        await RefuseAllAsync(client, MadeUp(MaxFirsts));

        await LimitAllAsync(client, [secret, secret]);
        (await client.PostAsync($"/secrets/{allowed}/reveal")).Is(200);
        await server.RestartAsync();

        Assert.Equal(2, Count(Assert.Single(await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}"))));
    }

    [Fact]
    public async Task After_a_minute_refusals_have_entries_of_their_own_again()
    {
        await using var server = await StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        var ids = MadeUp(60);
        await RefuseAllAsync(client, ids[..MaxFirsts]);
        await LimitAllAsync(client, ids[MaxFirsts..30]);

        time.Advance(Window);
        await Until.HoldsAsync("the count of the other refusals is recorded", async () => (await DeniedAsync(environment)).Count == MaxFirsts + 1);
        await RefuseAllAsync(client, ids[30..(30 + MaxFirsts)]);

        Assert.Equal((2 * MaxFirsts) + 1, (await DeniedAsync(environment)).Count);
    }

    [Fact]
    public async Task Each_caller_has_its_own_limit_of_entries()
    {
        await using var server = await StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var (one, two) = (await environment.Workspace.NewGrantedClientAsync("web: list"), await environment.Workspace.NewGrantedClientAsync("web: list"));
        var ids = MadeUp(30);

        foreach (var client in new[] { one, two })
        {
            await RefuseAllAsync(client, ids[..MaxFirsts]);
            await LimitAllAsync(client, ids[MaxFirsts..]);
        }

        var entries = await DeniedAsync(environment);
        Assert.Equal([MaxFirsts, MaxFirsts], entries.GroupBy(entry => entry.Text("actorId")).Select(group => group.Count()));
    }

    [Fact]
    public async Task A_workspace_with_many_hostile_credentials_has_a_limit_as_well()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RefusalsPerMinute = 2, time);
        var environment = await server.NewTestEnvironmentAsync();
        for (var i = 0; i < 8; i++)
        {
            await RefuseAllAsync(await environment.Workspace.NewGrantedClientAsync("web: list"), MadeUp(2));
        }

        await LimitAllAsync(await environment.Workspace.NewGrantedClientAsync("web: list"), MadeUp(1));

        Assert.Equal(16, (await DeniedAsync(environment)).Count);
        var other = await server.NewWorkspaceAsync();
        (await other.Api.PostAsync("/secrets/sec_none/reveal")).IsError(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Refusals_from_different_addresses_are_never_merged(int limit)
    {
        await using var server = await TestServer.StartAsync(
            settings =>
            {
                settings.Limits.RefusalsPerMinute = limit;
                settings.Http.TrustedProxies.Add(System.Net.IPNetwork.Parse("127.0.0.0/8"));
            },
            time);
        var environment = await server.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        string[] addresses = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.2"];
        foreach (var address in addresses)
        {
            await client.SendAsync("POST", "/secrets/sec_none/reveal", null, ("X-Forwarded-For", address));
        }

        await server.RestartAsync();

        Assert.Equal(
            [("203.0.113.1", 1), ("203.0.113.2", 2), ("203.0.113.3", 1)],
            (await DeniedAsync(environment)).GroupBy(entry => entry.Text("ip")).Select(group => (group.Key, group.Sum(CountOrOne))).Order());
    }

    [Fact]
    public async Task A_count_of_refusals_from_several_user_agents_names_none()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        foreach (var (id, agent) in new[] { ("sec_a", "one"), ("sec_a", "two"), ("sec_a", "one"), ("sec_b", "one"), ("sec_b", "one") })
        {
            (await client.SendAsync("POST", $"/secrets/{id}/reveal", null, ("User-Agent", agent))).IsError(404, "NOT_FOUND");
        }

        time.Advance(Window);

        await Until.HoldsAsync("the counts are recorded", async () => (await DeniedAsync(environment)).Count == 4);
        Assert.Equal(["", "one"], (await DeniedAsync(environment))[..2].OrderBy(entry => 2 - Count(entry)).Select(entry => entry.GetProperty("userAgent").ToString()));
    }

    [Theory]
    [InlineData("reveal")]
    [InlineData("path")]
    [InlineData("environment")]
    [InlineData("keys")]
    [InlineData("write")]
    [InlineData("delete")]
    public async Task A_first_refusal_waits_for_its_entry_and_a_repeat_does_not_whether_the_thing_exists_or_not(string kind)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN");
        // For the first caller the secret is outside its grants. For the second it is in another workspace.
        var other = (await server.NewWorkspaceAsync()).Api;
        foreach (var client in new[] { await environment.Workspace.NewGrantedClientAsync("elsewhere: list reveal write delete"), other })
        {
            Task<Reply> SendAsync() => kind switch
            {
                "reveal" => client.PostAsync($"/secrets/{id}/reveal"),
                "path" => client.PostAsync("/reveal", """{"path":"web/production/TOKEN"}"""),
                "environment" => client.PostAsync($"/environments/{environment.Id}/reveal"),
                "keys" => client.PostAsync($"/environments/{environment.Id}/reveal", """{"keys":["TOKEN"]}"""),
                "write" => client.PutAsync(environment.SecretsPath, """{"key":"TOKEN","value":"v"}"""),
                _ => client.DeleteAsync("/secrets/" + id),
            };
            (await client.GetAsync("/me")).Is(200);
            server.Break("INSERT", "trail_segments");
            (await SendAsync()).IsError(503, "UNAVAILABLE");
            server.Mend("trail_segments");
            (await SendAsync()).IsError(404, "NOT_FOUND");
            server.Break("INSERT", "trail_segments");
            // This request would fail if it had to write an entry.
            (await SendAsync()).IsError(404, "NOT_FOUND");
            server.Mend("trail_segments");
        }
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(settings => settings.Limits.RefusalsPerMinute = MaxFirsts, time);

    private static string[] MadeUp(int count) => [.. Enumerable.Range(0, count).Select(i => $"sec_{i:00000000000000000000000000}")];

    private static async Task LimitAllAsync(ApiClient client, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            var limited = (await client.PostAsync($"/secrets/{id}/reveal")).IsError(429, "RATE_LIMITED");
            Assert.Equal("too many requests of this credential were refused: try again later", limited.Message);
        }
    }

    private static async Task RefuseAllAsync(ApiClient client, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
        }
    }

    private static Task<List<System.Text.Json.JsonElement>> DeniedAsync(TestEnvironment environment) => environment.Workspace.AuditAsync("outcome=denied");

    private static int Count(System.Text.Json.JsonElement entry) => entry.GetProperty("metadata").Number("count");

    private static int CountOrOne(System.Text.Json.JsonElement entry) => entry.GetProperty("metadata").Has("count") ? Count(entry) : 1;
}
