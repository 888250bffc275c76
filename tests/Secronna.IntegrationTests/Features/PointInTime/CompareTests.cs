using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>The server compares two environments. It records that first, and no answer holds a value (S16, S18).</summary>
public sealed class CompareTests(SharedServer shared)
{
    [Fact]
    public async Task A_comparison_has_a_result_for_each_key_of_either_environment()
    {
        var (here, there) = await NewPairAsync(shared);
        await here.WriteAllAsync([("SAME", "canary"), ("DIFFERENT", "canary"), ("HERE", "canary"), ("EMPTY", ""), ("a", "x")]);
        await there.WriteAllAsync([("SAME", "canary"), ("DIFFERENT", "canary2"), ("THERE", "canary"), ("EMPTY", ""), ("_", "x")]);

        var reply = await here.CompareAsync(there.Id);

        Assert.Equal(
            ["DIFFERENT different", "EMPTY same", "HERE only_here", "SAME same", "THERE only_there", "_ only_there", "a only_here"],
            reply.Results());
        Assert.All(reply.Data.EnumerateArray(), item => Assert.Equal("key,result", item.Names()));
        Assert.DoesNotContain("canary", reply.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["DIFFERENT different", "EMPTY same", "HERE only_there", "SAME same", "THERE only_here", "_ only_here", "a only_there"],
            (await there.CompareAsync(here.Id)).Results());
    }

    [Fact]
    public async Task A_comparison_is_recorded_for_both_environments_and_not_as_a_reveal()
    {
        var (here, there) = await NewPairAsync(shared);
        await here.WriteAsync("A", "one");
        await there.WriteAsync("A", "two");

        var reply = (await here.CompareAsync(there.Id)).Is(200);

        var entries = await here.Workspace.AuditAsync("action=environment.compare");
        Assert.Equal(
            new[] { here.Id, there.Id }.Order(StringComparer.Ordinal),
            entries.Select(entry => entry.GetProperty("metadata").Text("environmentId")).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal((reply.RequestId, "success"), (entry.Text("requestId"), entry.Text("outcome"))));
        Assert.Empty(await here.Workspace.AuditAsync("action=secret.reveal"));
        Assert.DoesNotContain(await here.HistoryAsync(), change => change.Text("change") != "written");
    }

    [Fact]
    public async Task The_entries_say_at_which_instants_and_which_keys_were_compared()
    {
        var (here, there) = await NewPairAsync(shared);
        await here.WriteAllAsync([("A", "1"), ("B", "2"), ("ONLY_HERE", "3")]);
        await there.WriteAllAsync([("A", "1"), ("B", "3"), ("ONLY_THERE", "3")]);
        var (at, withAt) = (await here.LastInstantAsync(), await there.LastInstantAsync());

        (await here.CompareAsync(there.Id, $$""","at":"{{at}}","withAt":"{{withAt}}" """)).Is(200);

        var entries = (await here.Workspace.AuditAsync("action=environment.compare")).Select(entry => entry.GetProperty("metadata")).ToList();
        Assert.All(entries, entry => Assert.Equal("""["A","B"]""", entry.GetProperty("keys").GetRawText()));
        Assert.Equal(
            [(here.Id, at, there.Id, withAt), (there.Id, withAt, here.Id, at)],
            entries.Select(entry => (entry.Text("environmentId"), entry.Text("at"), entry.Text("with"), entry.Text("withAt")))
                .OrderBy(entry => entry.Item1 == there.Id));
    }

    [Fact]
    public async Task A_long_list_of_compared_keys_goes_on_in_further_entries()
    {
        var (here, there) = await NewPairAsync(shared);
        var keys = Enumerable.Range(0, 70).Select(i => $"K_{i:D2}" + new string('X', 250)).ToArray();
        await here.WriteAllAsync(keys.Select(key => (key, "v")));
        await there.WriteAllAsync(keys.Select(key => (key, "v")));

        (await here.CompareAsync(there.Id)).Is(200);

        var entries = await here.Workspace.AuditAsync($"action=environment.compare&environmentId={there.Id}");
        Assert.InRange(entries.Count, 3, 8);
        Assert.Equal(
            Enumerable.Range(1, entries.Count), entries.Select(entry => entry.GetProperty("metadata").Number("part")).Order());
        Assert.Equal(keys, entries.SelectMany(entry => entry.GetProperty("metadata").GetProperty("keys").EnumerateArray().Select(key => key.GetString()!)).Order(StringComparer.Ordinal));
        var (at, withAt) = (await there.LastInstantAsync(), await here.LastInstantAsync());
        Assert.All(entries, entry => Assert.Equal(
            (at, withAt), (entry.GetProperty("metadata").Text("at"), entry.GetProperty("metadata").Text("withAt"))));
    }

    [Fact]
    public async Task A_comparison_whose_entries_cannot_be_written_opens_no_value()
    {
        await using var server = await TestServer.StartAsync();
        var (here, there) = await NewPairAsync(await server.NewTestEnvironmentAsync());
        await here.WriteAsync("A", "canary");
        await there.WriteAsync("A", "canary");
        await server.RestartAsync();
        server.Break("INSERT", "trail_segments");

        (await here.CompareAsync(there.Id)).IsError(503, "UNAVAILABLE");

        Assert.Equal(0, server.Services.GetRequiredService<KeyRing>().Count);
        server.Mend("trail_segments");
        Assert.Empty(await here.Workspace.AuditAsync("action=environment.compare"));
        Assert.Equal(["A same"], (await here.CompareAsync(there.Id)).Results());
    }

    [Fact]
    public async Task Each_side_can_be_compared_as_of_its_own_instant()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "one"), ("B", "b")]);
        var first = await environment.LastInstantAsync();
        await environment.WriteAllAsync([("A", "two"), ("C", "c")]);
        var second = await environment.LastInstantAsync();
        await environment.WriteAllAsync([("A", "one")]);

        Assert.Equal(
            ["A different", "B same", "C only_there"],
            (await environment.CompareAsync(environment.Id, $$""","at":"{{first}}","withAt":"{{second}}" """)).Results());
        Assert.Equal(
            ["A same", "B same", "C only_there"],
            (await environment.CompareAsync(environment.Id, $$""","at":"{{first}}" """)).Results());
        Assert.Equal(
            ["A different", "B same", "C same"],
            (await environment.CompareAsync(environment.Id, $$""","withAt":"{{second}}" """)).Results());
        Assert.Equal(["A same", "B same", "C same"], (await environment.CompareAsync(environment.Id)).Results());
    }

    [Fact]
    public async Task A_version_that_was_deleted_since_compares_as_same_only_with_itself()
    {
        var (here, there) = await NewPairAsync(shared);
        var id = await here.WriteAsync("A", "one");
        await there.WriteAsync("A", "one");
        var at = await here.LastInstantAsync();
        (await here.Api.DeleteAsync("/secrets/" + id)).Is(200);

        Assert.Equal(["A different"], (await here.CompareAsync(there.Id, $$""","at":"{{at}}" """)).Results());
        Assert.Equal(["A same"], (await here.CompareAsync(here.Id, $$""","at":"{{at}}","withAt":"{{at}}" """)).Results());
        Assert.Equal(["A only_there"], (await here.CompareAsync(there.Id)).Results());
    }

    [Fact]
    public async Task A_comparison_shows_only_keys_that_the_caller_may_reveal()
    {
        var (here, there) = await NewPairAsync(shared);
        foreach (var environment in new[] { here, there })
        {
            await environment.WriteAllAsync([("A", "1"), ("B", "1"), ("C", "1")]);
        }

        var granted = await here.Workspace.NewGrantedClientAsync("web/production/*: list", "web/production/A: reveal", "web/staging/A: reveal", "web/staging/B: reveal");
        Assert.Equal(["A same", "B only_there"], (await here.CompareAsync(there.Id, "", granted)).Results());

        var oneSide = await here.Workspace.NewGrantedClientAsync("web/production: list reveal write", "web/staging: list write delete");
        (await here.CompareAsync(there.Id, "", oneSide)).IsError(403, "FORBIDDEN");
        (await there.CompareAsync(here.Id, "", oneSide)).IsError(403, "FORBIDDEN");
        var denied = Assert.Single(await here.Workspace.AuditAsync("action=environment.compare&outcome=denied"));
        Assert.Equal(there.Id, denied.GetProperty("metadata").Text("environmentId"));
    }

    [Fact]
    public async Task An_environment_of_another_workspace_looks_absent()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var other = await shared.NewTestEnvironmentAsync();
        var absent = (await environment.CompareAsync("env_none")).IsError(404, "NOT_FOUND");
        Assert.Equal(absent.StatusAndBody, (await environment.CompareAsync(other.Id)).StatusAndBody);
        Assert.Equal(
            absent.StatusAndBody, (await environment.CompareAsync(other.Id, ""","withAt":"9999-01-01T00:00:00Z" """)).StatusAndBody);
        Assert.Empty(await other.Workspace.AuditAsync("action=environment.compare"));
    }

    [Theory]
    [InlineData("{}", "with")]
    [InlineData("""{"with":null}""", "with")]
    [InlineData("""{"with":["env_x"]}""", "with")]
    [InlineData("""{"with":"env_x","values":true}""", "values")]
    public async Task An_invalid_body_is_refused_and_the_field_is_named(string body, string named)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        (await environment.Api.PostAsync($"/environments/{environment.Id}/compare", body)).IsInvalid(named);
    }

    [Fact]
    public async Task Values_that_a_comparison_opens_count_as_reveals()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 5);
        var (here, there) = await NewPairAsync(await server.NewTestEnvironmentAsync());
        await here.WriteAllAsync([("A", "1"), ("B", "2"), ("ONLY", "3")]);
        await there.WriteAllAsync([("A", "1"), ("B", "3")]);
        Assert.Equal(["A same", "B different", "ONLY only_here"], (await here.CompareAsync(there.Id)).Results());

        (await here.CompareAsync(there.Id)).IsError(429, "RATE_LIMITED");

        Assert.Single(await here.Workspace.AuditAsync("action=environment.compare&outcome=denied"));
    }

    [Fact]
    public async Task A_comparison_of_a_value_that_does_not_open_is_INTEGRITY_ERROR_and_recorded()
    {
        await using var server = await TestServer.StartAsync();
        var (here, there) = await NewPairAsync(await server.NewTestEnvironmentAsync());
        await here.WriteAsync("A", "canary");
        var id = await there.WriteAsync("A", "canary");
        server.Sql(
            "UPDATE secret_versions SET ciphertext = @zeros WHERE secret_id = @id", ("@id", id),
            ("@zeros", new byte[server.Count("SELECT length(ciphertext) FROM secret_versions WHERE secret_id = @id", ("@id", id))]));

        var reply = (await here.CompareAsync(there.Id)).IsError(500, "INTEGRITY_ERROR");

        Assert.DoesNotContain("canary", reply.Text, StringComparison.Ordinal);
        var failed = Assert.Single(await here.Workspace.AuditAsync("outcome=failed"));
        Assert.Equal(("environment.compare", id), (failed.Text("action"), failed.GetProperty("metadata").Text("secretId")));
    }

    [Fact]
    public async Task Many_keys_are_compared_in_one_request()
    {
        var (here, there) = await NewPairAsync(shared);
        var keys = Enumerable.Range(0, 400).Select(i => $"K_{i:D3}").ToArray();
        await here.WriteAllAsync(keys.Select((key, i) => (key, $"value {i}")));
        await there.WriteAllAsync(keys.Select((key, i) => (key, $"value {(i % 3 == 0 ? 0 : i)}")));

        Assert.Equal(
            keys.Select((key, i) => $"{key} {(i % 3 != 0 || i == 0 ? "same" : "different")}"),
            (await here.CompareAsync(there.Id)).Results());
    }

    private static async Task<(TestEnvironment Here, TestEnvironment There)> NewPairAsync(SharedServer shared) => await NewPairAsync(await shared.NewTestEnvironmentAsync());

    private static async Task<(TestEnvironment Here, TestEnvironment There)> NewPairAsync(TestEnvironment here)
    {
        var other = await here.Workspace.NewEnvironmentAsync(here.ProjectId, "Staging");
        return (here, here with { Id = other.Text("id"), Slug = other.Text("slug") });
    }
}
