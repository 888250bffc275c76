using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Commands;

/// <summary>The operator's commands, run alone and while a server runs on the same installation.</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("dev")]
    [InlineData("serve")]
    [InlineData("migrate")]
    [InlineData("workspace")]
    [InlineData("workspace allow")]
    [InlineData("workspace deny")]
    [InlineData("workspace list")]
    [InlineData("api-key")]
    [InlineData("api-key create")]
    [InlineData("master-key")]
    [InlineData("master-key generate")]
    [InlineData("master-key list")]
    [InlineData("audit")]
    [InlineData("backup")]
    [InlineData("backup verify")]
    [InlineData("storage")]
    [InlineData("storage copy")]
    public async Task Every_command_prints_its_usage_with_help(string command)
    {
        using var folder = new TemporaryFolder();
        var ended = await ServerProgram.RunAsync(
            folder.Path, [], [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Contains("Usage:", ended.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("word-to-keep-quiet-about")]
    [InlineData("serve --word-to-keep-quiet-about")]
    [InlineData("dev --port word-to-keep-quiet-about")]
    [InlineData("workspace")]
    [InlineData("workspace allow")]
    [InlineData("workspace list word-to-keep-quiet-about")]
    [InlineData("api-key create --name x")]
    [InlineData("api-key create --workspace acc word-to-keep-quiet-about")]
    [InlineData("master-key generate @file")]
    [InlineData("@file")]
    [InlineData("backup")]
    [InlineData("backup verify")]
    [InlineData("backup verify word-to-keep-quiet-about --connection word-to-keep-quiet-about")]
    [InlineData("backup word-to-keep-quiet-about verify word-to-keep-quiet-about")]
    [InlineData("storage")]
    [InlineData("storage copy")]
    [InlineData("storage copy --to")]
    [InlineData("storage copy --to a word-to-keep-quiet-about")]
    public async Task Wrong_usage_is_refused_without_quoting_the_arguments_or_opening_a_file(string command)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["file"], "--help word-to-keep-quiet-about");
        var ended = await ServerProgram.RunAsync(folder.Path, [], command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, ""), (ended.ExitCode, ended.Out));
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("word-to-keep-quiet-about", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("@file", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a command must follow: dev, serve, ")]
    [InlineData("serv", "no such command: the commands are dev, serve, ")]
    [InlineData("workspace", "a command must follow: allow, deny, list")]
    [InlineData("workspace alow acc", "the commands are allow, deny, list")]
    [InlineData("serve --migrat", "no such option: the options are --migrate, --urls")]
    [InlineData("backup --hepl", "no such option: the options are ")]
    [InlineData("dev --prt 1", "no such option: the options are --data, --port")]
    [InlineData("dev --port", "--port needs a value")]
    [InlineData("dev --port 1 --port 2", "--port may be given only once")]
    [InlineData("dev --port many", "--port must be a whole number")]
    [InlineData("workspace list acc", "too many words")]
    [InlineData("workspace allow", "missing: ID")]
    [InlineData("api-key create --name x", "missing: --workspace")]
    public async Task Wrong_usage_is_answered_with_what_is_wrong_and_which_words_are_allowed(string command, string said)
    {
        using var folder = new TemporaryFolder();
        var ended = await ServerProgram.RunAsync(folder.Path, [], command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
        Assert.Matches(@"See secronna-server[a-z -]* --help\n\z", ended.Error);
    }

    [Fact]
    public async Task Migrate_lists_pending_migrations_in_a_dry_run_and_applies_them_once()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        Assert.Contains("pending: ", (await installation.DoAsync("migrate", "--dry-run")).Out, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(installation.DataFolder));
        Assert.Contains("applied: ", (await installation.DoAsync("migrate")).Out, StringComparison.Ordinal);
        Assert.Contains("current", (await installation.DoAsync("migrate")).Out, StringComparison.Ordinal);
        Assert.Contains("current", (await installation.DoAsync("migrate", "--dry-run")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Master_keys_are_generated_and_listed_and_an_existing_id_is_not_replaced()
    {
        using var installation = await TestInstallation.CreateAsync();
        await installation.DoAsync("master-key", "generate", "--id", "second");
        Assert.Equal(1, (await installation.RunAsync("master-key", "generate", "--id", "second")).ExitCode);
        var lines = JsonLines((await installation.DoAsync("master-key", "list", "--json")).Out);
        Assert.Equal([true, false], lines.Select(line => (bool)line["active"]!));
        Assert.Equal("second", (string)lines[1]["id"]!);
        Assert.All(lines, line => Assert.True((bool)line["found"]!));
        Assert.Contains("active", (await installation.DoAsync("master-key", "list")).Out, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(installation.MasterKeyFile));
    }

    [Fact]
    public async Task Commands_work_while_a_server_runs_and_are_recorded_in_the_trail()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        await installation.DoAsync("workspace", "allow", "acc_more", "--name", "More");
        using var api = new Api(server.Url, await installation.CreateApiKeyAsync("acc_more"));
        Assert.Equal("acc_more", (string)(await api.GetAsync("/api/v1/me")).Data["workspaceId"]!);

        await installation.DoAsync("workspace", "deny", "acc_more");
        var workspaces = JsonLines((await installation.DoAsync("workspace", "list", "--json")).Out);
        Assert.Equal(["acc_e2e True", "acc_more False"], workspaces.Select(line => $"{line["id"]} {(bool)line["allowed"]!}"));
        Assert.Contains("denied", (await installation.DoAsync("workspace", "list")).Out, StringComparison.Ordinal);

        var trail = JsonLines((await installation.DoAsync("audit", "--workspace", "acc_more")).Out);
        Assert.Equal(["workspace.allow", "api_key.create", "workspace.deny"], trail.Select(line => (string)line["entry"]!["action"]!));
        Assert.All(trail, line => Assert.Equal("operator", (string)line["entry"]!["actorType"]!));
    }

    [Fact]
    public async Task The_trail_export_covers_every_workspace_and_filters_by_time()
    {
        using var installation = await TestInstallation.CreateAsync();
        await installation.DoAsync("workspace", "allow", "acc_more");
        await installation.DoAsync("master-key", "generate");
        var all = JsonLines((await installation.DoAsync("audit")).Out);
        Assert.Equal([null, "acc_e2e", "acc_more"], all.Select(line => (string?)line["workspaceId"]).Distinct().Order());
        var last = (string)all[^1]["entry"]!["createdAt"]!;
        var since = JsonLines((await installation.DoAsync("audit", "--workspace", "acc_more", "--from", last)).Out);
        Assert.Single(since);
        Assert.Empty((await installation.DoAsync("audit", "--to", "2020-01-01T00:00:00Z")).Out);
        Assert.Equal(1, (await installation.RunAsync("audit", "--from", "yesterday")).ExitCode);
    }

    [Theory]
    [InlineData("workspace", "deny", "acc_unknown")]
    [InlineData("workspace", "allow", "not an id")]
    [InlineData("api-key", "create", "--workspace", "acc_unknown", "--name", "x")]
    [InlineData("api-key", "create", "--workspace", "acc_e2e", "--name", " ")]
    [InlineData("api-key", "create", "--workspace", "acc_e2e", "--name", "x", "--expires", "0d")]
    [InlineData("api-key", "create", "--workspace", "acc_e2e", "--name", "x", "--expires", "3651d")]
    [InlineData("api-key", "create", "--workspace", "acc_e2e", "--name", "x", "--expires", "90")]
    [InlineData("api-key", "create", "--workspace", "acc_e2e", "--name", "x", "--expires", "d")]
    public async Task A_command_that_cannot_be_done_exits_with_1_and_an_error(params string[] arguments)
    {
        using var installation = await TestInstallation.CreateAsync();
        var ended = await installation.RunAsync(arguments);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denied_workspace_is_refused_within_a_second_of_the_command()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        using var requests = new RepeatedRequest(api);
        await installation.DoAsync("workspace", "deny", TestInstallation.WorkspaceId);
        await requests.ExpectRefusedWithinASecondAsync(403);
        await installation.DoAsync("workspace", "allow", TestInstallation.WorkspaceId);
        await Until.HoldsAsync("it works again", async () => (await api.GetAsync("/api/v1/me")).Status == 200);
    }

    [Fact]
    public async Task A_revoked_credential_is_refused_on_every_server_within_a_second_of_the_answer()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        await using var other = await installation.ServeAsync();
        using var administrator = new Api(server.Url, installation.Token);
        var created = await administrator.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "short-lived" });
        using var here = new Api(server.Url, (string)created.Data["token"]!);
        using var there = new Api(other.Url, (string)created.Data["token"]!);
        using var requestsHere = new RepeatedRequest(here);
        using var requestsThere = new RepeatedRequest(there);
        await requestsHere.ExpectAcceptedAsync();
        await requestsThere.ExpectAcceptedAsync();
        Assert.Equal(200, (await administrator.PostAsync($"/api/v1/access-keys/{created.Data["id"]}/revoke")).Status);
        await Task.WhenAll(requestsHere.ExpectRefusedWithinASecondAsync(401), requestsThere.ExpectRefusedWithinASecondAsync(401));
    }

    [Fact]
    public async Task What_a_deleted_API_key_made_is_refused_on_every_server_within_a_second_of_the_answer()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        await using var other = await installation.ServeAsync();
        using var administrator = new Api(server.Url, installation.Token);
        var maker = await administrator.PostAsync("/api/v1/api-keys", new JsonObject { ["name"] = "maker" });
        using var making = new Api(server.Url, (string)maker.Data["token"]!);
        var made = await making.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "made" });
        using var there = new Api(other.Url, (string)made.Data["token"]!);
        using var requestsThere = new RepeatedRequest(there);
        await requestsThere.ExpectAcceptedAsync();
        var deleted = await administrator.DeleteAsync($"/api/v1/api-keys/{maker.Data["id"]}?cascade=true");
        await requestsThere.ExpectRefusedWithinASecondAsync(401);
        Assert.Equal([(string)made.Data["id"]!], deleted.Data["alsoRevoked"]!.AsArray().Select(id => (string)id!));
    }

    [Fact]
    public async Task An_API_key_that_the_command_makes_expires_if_asked()
    {
        using var installation = await TestInstallation.CreateAsync();
        string[] create = ["api-key", "create", "--workspace", TestInstallation.WorkspaceId, "--name", "x"];
        var key = JsonNode.Parse((await installation.RunAsync([.. create, "--expires", "90d", "--json"])).Out)!;
        var (made, expires) = (DateTimeOffset.Parse((string)key["createdAt"]!, CultureInfo.InvariantCulture), DateTimeOffset.Parse((string)key["expiresAt"]!, CultureInfo.InvariantCulture));
        Assert.Equal(90, Math.Round((expires - made).TotalDays));
        Assert.Equal(Environment.UserName, (string)key["createdBy"]!);
        Assert.Null(JsonNode.Parse((await installation.RunAsync([.. create, "--json"])).Out)!["expiresAt"]);
        Assert.Contains("which expires at 20", (await installation.RunAsync([.. create, "--expires", "1d"])).Out, StringComparison.Ordinal);
    }

    private static List<JsonNode> JsonLines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
