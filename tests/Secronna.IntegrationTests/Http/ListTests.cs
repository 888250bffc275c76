using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Pages, limits, cursors and orders of the lists.</summary>
public sealed class ListTests(SharedServer shared)
{
    public static TheoryData<string> Lists { get; } =
    [
        "/projects", "/projects/{project}/environments", "/environments/{env}/secrets", "/secrets/{secret}/versions",
        "/search/secrets?q=KEY", "/projects/{project}/keys", "/api-keys", "/access-keys", "/audit",
    ];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_limit_is_from_1_to_the_maximum_of_the_list(string list)
    {
        var (environment, path) = await FillAsync(list);
        var max = list == "/audit" ? 1_000 : 500;

        (await environment.Api.GetAsync(With(path, "limit=1"))).Is(200);
        (await environment.Api.GetAsync(With(path, $"limit={max}"))).Is(200);
        foreach (var wrong in new[] { "0", "-1", $"{max + 1}", "99999999999", "x", "", "1.0", "%2B1", "1%20" })
        {
            (await environment.Api.GetAsync(With(path, $"limit={wrong}"))).IsInvalid("limit");
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Pages_follow_each_other_to_the_end_without_a_gap_or_a_repeat(string list)
    {
        var (environment, path) = await FillAsync(list);
        var whole = (await environment.Api.GetAsync(With(path, "limit=500"))).Is(200).Data.EnumerateArray().Select(Identity).ToList();

        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await environment.Api.GetAsync(With(path, "limit=2" + (cursor is null ? "" : "&cursor=" + cursor)))).Is(200);
            Assert.InRange(page.Data.GetArrayLength(), 0, 2);
            paged.AddRange(page.Data.EnumerateArray().Select(Identity));
            cursor = page.Meta.GetProperty("cursor").GetString();
            Assert.Equal(cursor is not null, page.Meta.GetProperty("hasMore").GetBoolean());
        }
        while (cursor is not null);

        Assert.Equal(whole, paged);
        Assert.True(list.EndsWith("keys", StringComparison.Ordinal) || paged.Count >= 5);
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_cursor_is_valid_only_for_its_list_its_filters_and_its_workspace(string list)
    {
        if (list == "/projects/{project}/keys")
        {
            // The project has one KEK, so there is no second page.
            return;
        }

        var (environment, path) = await FillAsync(list);
        var (other, otherPath) = await FillAsync(list);
        var cursor = (await environment.Api.GetAsync(With(path, "limit=1"))).Is(200).Meta.Text("cursor");

        (await environment.Api.GetAsync(With(path, "limit=3&cursor=" + cursor))).Is(200);
        (await other.Api.GetAsync(With(otherPath, "cursor=" + cursor))).IsInvalid("cursor");
        foreach (var another in new[] { "/projects", "/api-keys", "/search/secrets?q=other", "/audit?outcome=success", "/audit?actorId=x" })
        {
            if (another != path)
            {
                (await environment.Api.GetAsync(With(another, "cursor=" + cursor))).IsInvalid("cursor");
            }
        }
    }

    [Fact]
    public async Task A_cursor_with_any_character_changed_is_refused()
    {
        var (environment, path) = await FillAsync("/projects");
        var cursor = (await environment.Api.GetAsync(With(path, "limit=1"))).Is(200).Meta.Text("cursor");

        for (var i = 0; i < cursor.Length; i++)
        {
            var changed = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            // Changing the unused bits of the last character may leave the bytes as they are.
            if (i < cursor.Length - 1)
            {
                (await environment.Api.GetAsync(With(path, "cursor=" + changed))).IsInvalid("cursor");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!!!")]
    [InlineData("a")]
    [InlineData("AAAA====")]
    [InlineData("%00")]
    [InlineData("%FF%FE")]
    [InlineData("%F0%9F%98%80")]
    [InlineData("..%2F..")]
    public async Task A_malformed_cursor_is_refused(string cursor)
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.GetAsync("/projects?cursor=" + cursor)).IsInvalid("cursor");
        (await workspace.Api.GetAsync("/audit?cursor=" + cursor)).IsInvalid("cursor");
    }

    [Fact]
    public async Task A_cursor_that_is_too_long_is_refused()
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.GetAsync("/projects?cursor=" + new string('A', 1_024))).IsInvalid("cursor");
        (await workspace.Api.GetAsync("/projects?cursor=" + new string('A', 6_000))).IsInvalid("cursor");
    }

    [Fact]
    public async Task Secrets_are_listed_in_the_order_of_their_keys_bytes()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(new[] { "b", "a", "B", "A", "_", "Z", "A1", "AA", "A_", "Aa" }.Select(key => (key, "v")));

        var keys = (await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data.Each("key");

        Assert.Equal(["A", "A1", "AA", "A_", "Aa", "B", "Z", "_", "a", "b"], keys);
    }

    [Fact]
    public async Task Versions_and_the_audit_trail_are_newest_first()
    {
        var (environment, path) = await FillAsync("/secrets/{secret}/versions");

        var versions = (await environment.Api.GetAsync(path)).Is(200).Data.Each("version").Select(int.Parse).ToList();
        var sequences = (await environment.Workspace.AuditAsync()).Select(entry => entry.Number("sequence")).ToList();

        Assert.Equal([6, 5, 4, 3, 2, 1], versions);
        Assert.Equal(Enumerable.Range(1, sequences.Count).Reverse(), sequences);
    }

    [Fact]
    public async Task Without_limit_and_cursor_a_list_has_everything_a_history_100_items_and_the_audit_trail_50()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        for (var batch = 0; batch < 2; batch++)
        {
            await environment.WriteAllAsync(Enumerable.Range(0, 300).Select(i => ($"KEY_{batch}_{i}", "v")));
        }

        foreach (var list in new[] { environment.SecretsPath, "/search/secrets?q=key" })
        {
            var all = (await environment.Api.GetAsync(list)).Is(200);
            Assert.Equal(600, all.Data.GetArrayLength());
            Assert.False(all.Meta.GetProperty("hasMore").GetBoolean());
            var cursor = (await environment.Api.GetAsync(With(list, "limit=1"))).Is(200).Meta.Text("cursor");
            Assert.Equal(500, (await environment.Api.GetAsync(With(list, "cursor=" + cursor))).Is(200).Data.GetArrayLength());
        }

        Assert.Equal(100, (await environment.Api.GetAsync($"/environments/{environment.Id}/history")).Is(200).Data.GetArrayLength());
        Assert.Equal(50, (await environment.Api.GetAsync("/audit")).Is(200).Data.GetArrayLength());
    }

    [Fact]
    public async Task All_cursors_of_a_list_have_the_same_length_and_hold_no_readable_position()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(new[] { ("A", "v"), (new string('B', 256), "v"), ("C", "v") });

        var first = (await environment.Api.GetAsync(environment.SecretsPath + "?limit=1")).Is(200).Meta.Text("cursor");
        var second = (await environment.Api.GetAsync(environment.SecretsPath + "?limit=2")).Is(200).Meta.Text("cursor");

        Assert.Equal(first.Length, second.Length);
        Assert.DoesNotContain("BBBB", System.Text.Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(second)), StringComparison.Ordinal);
        Assert.Equal("C", (await environment.Api.GetAsync(environment.SecretsPath + "?cursor=" + second)).Is(200).Data.Each("key").Single());
    }

    private async Task<(TestEnvironment Place, string Path)> FillAsync(string list)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var secret = "";
        for (var i = 0; i < 5; i++)
        {
            await environment.Workspace.NewProjectAsync($"project {i}");
            await environment.Workspace.NewEnvironmentAsync(environment.ProjectId, $"environment {i}");
            await environment.WriteAsync($"KEY_{i}");
            secret = await environment.WriteAsync("KEY");
            await environment.Workspace.NewAccessKeyAsync($"access {i}");
            (await environment.Api.PostAsync("/api-keys", $$"""{"name":"api {{i}}"}""")).Is(201);
        }

        await environment.WriteAsync("KEY");
        return (environment, list.Replace("{project}", environment.ProjectId, StringComparison.Ordinal)
            .Replace("{env}", environment.Id, StringComparison.Ordinal)
            .Replace("{secret}", secret, StringComparison.Ordinal));
    }

    private static string Identity(System.Text.Json.JsonElement item) =>
        item.Has("id") ? item.Text("id") : item.GetProperty("version").ToString();

    private static string With(string path, string query) => path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
}
