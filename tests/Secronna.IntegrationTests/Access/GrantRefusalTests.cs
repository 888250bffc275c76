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
    // There is one entry for the first refusal of each thing that has its own count, and one entry for the first refusal of all
    // other things.
    private const int MaxFirstEntries = RefusalRuns.MaxRunsPerCaller + 1;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    private readonly FakeTimeProvider time = TestClock.New();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_is_refused_a_thousand_times_causes_a_few_entries_with_counts(bool exist)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var ids = exist
            ? (await environment.WriteAllAsync(Enumerable.Range(0, 500).Select(i => ($"KEY_{i}", "v")))).Each("id")
            : [.. Enumerable.Range(0, 500).Select(i => $"sec_{i:00000000000000000000000000}")];
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");

        await RefuseAllAsync(client, ids.Concat(ids));

        Assert.Equal(MaxFirstEntries, (await DeniedAsync(environment)).Count);
        time.Advance(Window);
        // There is one entry with a count for each thing that has its own count. The other things that exist have one entry each,
        // up to a limit. One more entry counts the rest.
        var expected = RefusalRuns.MaxRunsPerCaller + (exist ? RefusalRun.MaxSeparateCounts + 1 : 1);
        await Until.HoldsAsync("the counts are recorded", async () => (await DeniedAsync(environment)).Count == MaxFirstEntries + expected);
        var counts = (await DeniedAsync(environment))[..expected];
        Assert.Equal(1_000 - MaxFirstEntries, counts.Sum(Count));
        Assert.Equal(expected - (exist ? 1 : RefusalRuns.MaxRunsPerCaller + 1), counts.Count(entry => entry.GetProperty("metadata").Has("secretId")));
        Assert.Contains(counts, entry => entry.GetProperty("metadata").Names() == "count" && Count(entry) > 100);
    }

    [Fact]
    public async Task A_count_names_an_existing_secret_even_if_many_made_up_ids_were_asked_for_before()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("MASTER_PASSWORD");
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        await RefuseAllAsync(client, Enumerable.Range(0, 30).Select(i => $"sec_{i:00000000000000000000000000}"));

        await RefuseAllAsync(client, [secret, secret]);

        Assert.Empty(await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}"));
        time.Advance(Window);
        await Until.HoldsAsync(
            "the count of the existing secret is recorded",
            async () => (await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}")).Count == 1);
        Assert.Equal(2, Count(Assert.Single(await environment.Workspace.AuditAsync($"outcome=denied&secretId={secret}"))));
    }

    [Fact]
    public async Task After_a_minute_refused_things_have_their_own_counts_again()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        var ids = Enumerable.Range(0, 60).Select(i => $"sec_{i:00000000000000000000000000}").ToList();
        await RefuseAllAsync(client, ids[..30]);
        Assert.Equal(MaxFirstEntries, (await DeniedAsync(environment)).Count);

        time.Advance(Window);
        await Until.HoldsAsync("the count of the other refusals is recorded", async () => (await DeniedAsync(environment)).Count == MaxFirstEntries + 1);
        await RefuseAllAsync(client, ids[30..]);

        Assert.Equal((2 * MaxFirstEntries) + 1, (await DeniedAsync(environment)).Count);
    }

    [Fact]
    public async Task Each_caller_and_action_has_its_own_limit_of_entries()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var (one, two) = (await environment.Workspace.NewGrantedClientAsync("web: list"), await environment.Workspace.NewGrantedClientAsync("web: list"));
        var ids = Enumerable.Range(0, 30).Select(i => $"sec_{i:00000000000000000000000000}").ToList();

        await RefuseAllAsync(one, ids);
        await RefuseAllAsync(two, ids);
        foreach (var id in ids)
        {
            (await one.DeleteAsync("/secrets/" + id)).IsError(404, "NOT_FOUND");
        }

        var entries = await DeniedAsync(environment);
        Assert.Equal(3 * MaxFirstEntries, entries.Count);
        Assert.Equal(3, entries.GroupBy(entry => (entry.Text("actorId"), entry.Text("action"))).Count(group => group.Count() == MaxFirstEntries));
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
            server.Break("INSERT", "audit_entries");
            (await SendAsync()).IsError(503, "UNAVAILABLE");
            server.Mend("audit_entries");
            (await SendAsync()).IsError(404, "NOT_FOUND");
            server.Break("INSERT", "audit_entries");
            // This request would fail if it had to write an entry.
            (await SendAsync()).IsError(404, "NOT_FOUND");
            server.Mend("audit_entries");
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
}
