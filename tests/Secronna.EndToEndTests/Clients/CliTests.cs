using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line as a new user uses it: the real programs, over real HTTP.</summary>
public sealed class CliTests
{
    private const string Environment = "web/production";

    [Fact]
    public async Task A_new_user_creates_writes_reads_restores_and_deletes()
    {
        await using var dev = await DevServer.StartAsync();
        Assert.Matches(@"\Aproj_\w+ web\n\z", await dev.Cli.DoAsync("project", "create", "Web"));
        Assert.Matches(@"\Aenv_\w+ web/production\n\z", await dev.Cli.DoAsync("env", "create", "web", "Production"));
        var written = await dev.Cli.RunAsync("a value\n", "secret", "set", Environment, "A");
        Assert.Matches(@"\Asec_\w+ A version 1\n\z", written.Out);
        await dev.Cli.RunAsync("two\nlines\n\n", "secret", "set", Environment, "B");

        Assert.Equal("a value", await dev.Cli.DoAsync("get", Environment + "/A"));
        Assert.Equal("two\nlines\n", await dev.Cli.DoAsync("get", Environment + "/B"));
        Assert.Equal("a value|two\nlines\n\n", await dev.Cli.DoAsync("run", "--env", Environment, "--", "sh", "-c", "printf '%s|%s\n' \"$A\" \"$B\""));
        Assert.DoesNotContain("a value", await dev.Cli.DoAsync("secret", "ls", Environment), StringComparison.Ordinal);
        Assert.Contains("only_here", await dev.Cli.DoAsync("env", "diff", Environment, "demo/development"), StringComparison.Ordinal);
        var at = await TimeAsync(dev.Cli);
        await dev.Cli.RunAsync("wrong", "secret", "set", Environment, "A");
        Assert.Contains("2 → 3, as 1", await dev.Cli.DoAsync("env", "restore", Environment, "--at", at, "--dry-run"), StringComparison.Ordinal);
        Assert.Equal("wrong", await dev.Cli.DoAsync("get", Environment + "/A"));
        await dev.Cli.DoAsync("env", "restore", Environment, "--at", at);
        Assert.Equal("a value", await dev.Cli.DoAsync("get", Environment + "/A"));
        await dev.Cli.DoAsync("secret", "rm", Environment + "/B");
        var then = await dev.Cli.RunAsync("", "export", "--env", Environment, "--format", "json", "--at", at);
        Assert.Equal("{\n  \"A\": \"a value\"\n}\n", then.Out);
        Assert.Contains("Left out, because they were deleted since that time: B", then.Error, StringComparison.Ordinal);
        Assert.Equal("a value", await dev.Cli.DoAsync("get", Environment + "/A"));
        Assert.Contains($"{Environment}/A version 3", await dev.Cli.DoAsync("audit", "--action", "secret.reveal", "--limit", "1"), StringComparison.Ordinal);
        Assert.Contains("--force", (await dev.Cli.RunAsync("", "env", "rm", Environment)).Error, StringComparison.Ordinal);
        Assert.Contains("--force", (await dev.Cli.RunAsync("", "project", "rm", "web")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_key_is_used_only_for_its_server_until_logout()
    {
        await using var dev = await DevServer.StartAsync();
        var variables = dev.Cli.Variables;
        var (url, token) = (variables["SECRONNA_API_URL"], variables["SECRONNA_TOKEN"]);
        variables.Remove("SECRONNA_API_URL");
        variables["SECRONNA_TOKEN"] = "";
        Assert.Contains("AUTH_REQUIRED", (await dev.Cli.RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await dev.Cli.RunAsync(token, "auth", "login", "--server", url, "--api-key", "-")).ExitCode);
        var file = Path.Combine(variables["HOME"], ".secronna", "session.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var whoami = await dev.Cli.RunAsync("", "auth", "whoami");
        Assert.Contains("acc_dev", whoami.Out, StringComparison.Ordinal);
        Assert.Contains($"{token[..8]}…{token[^4..]}, saved by `auth login`", whoami.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, whoami.Out + whoami.Error, StringComparison.Ordinal);
        Assert.Equal("Hello from Secronna", await dev.Cli.DoAsync("get", "demo/development/GREETING"));

        variables["SECRONNA_API_URL"] = "http://127.0.0.1:1";
        var elsewhere = await dev.Cli.RunAsync("", "auth", "whoami");
        Assert.Contains("AUTH_REQUIRED", elsewhere.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, elsewhere.Error, StringComparison.Ordinal);
        variables.Remove("SECRONNA_API_URL");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", (await dev.Cli.RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);
        Assert.Contains("chmod 700", (await dev.Cli.RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await dev.Cli.DoAsync("auth", "logout");
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Errors_say_what_to_do_and_contain_no_value()
    {
        await using var dev = await DevServer.StartAsync();
        await dev.Cli.RunAsync("can\nary canary", "secret", "set", "demo/development", "LINES");
        await dev.Cli.RunAsync("canary", "secret", "set", "demo/development", "PATH");
        foreach (var (said, arguments) in new (string, string[])[]
        {
            ("[NOT_FOUND]", ["get", "demo/development/NOTHING"]), ("[VALIDATION_ERROR]", ["get", "canary"]),
            ("[CONFLICT]", ["secret", "set", "demo/development", "GREETING", "canary", "--expect-version", "0"]),
            ("LINES contains a line break", ["export", "--env", "demo/development", "--format", "docker", "--only", "LINES"]),
            ("--allow PATH", ["run", "--env", "demo/development", "--", "env"]),
        })
        {
            var ended = await dev.Cli.RunAsync("", arguments);
            Assert.True(ended.ExitCode == 1, ended.Error);
            Assert.Contains(said, ended.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", ended.Out + ended.Error, StringComparison.Ordinal);
        }

        var usage = await dev.Cli.RunAsync("", "secret", "set", "canary");
        Assert.Equal((2, ""), (usage.ExitCode, usage.Out));
        Assert.Contains("secronna secret set --help", usage.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_is_surely_a_mistake_is_refused_with_advice()
    {
        await using var dev = await DevServer.StartAsync();
        var big = dev.Folder["big"];
        await File.WriteAllTextAsync(big, new string('x', 1024 * 1024));
        foreach (var (code, said, input, arguments) in new (int, string, string, string[])[]
        {
            (1, "standard input is empty: to write an empty value, give it as ''", "\n", ["secret", "set", "demo/development", "K"]),
            (1, "the value is longer than 65536 bytes", "", ["secret", "set", "demo/development", "K", "--file", big]),
            (1, "is a folder: name a file in it", "", ["secret", "set", "demo/development", "K", "--file", dev.Folder.Path]),
            (1, "is a folder: name a file in it", "", ["import", "--env", "demo/development", dev.Folder.Path]),
            (2, "the key must be a word of its own", "canary", ["secret", "set", "demo/development/K", "canary"]),
            (1, "[NOT_FOUND]", "", ["audit", "--secret", "demo/development/NOTHING"]),
            (1, "[NOT_FOUND]", "", ["audit", "--environment", "demo/nothing"]),
            (1, "[NOT_FOUND]", "", ["audit", "--project", "nothing"]),
            (2, "--limit must be 1 or more", "", ["audit", "--limit", "0"]),
        })
        {
            var ended = await dev.Cli.RunAsync(input, arguments);
            Assert.True((code, "") == (ended.ExitCode, ended.Out), ended.Error);
            Assert.Contains(said, ended.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", ended.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("K", (await dev.Cli.DoAsync("secret", "ls", "demo/development", "--json")).Split('"'));
    }

    [Fact]
    public async Task The_trail_is_found_by_names_and_by_ids_of_deleted_secrets()
    {
        await using var dev = await DevServer.StartAsync();
        await dev.Cli.DoAsync("secret", "set", "demo/development", "K", "value");
        await dev.Cli.DoAsync("get", "demo/development/K");
        await dev.Cli.DoAsync("get", "demo/development/GREETING");
        Assert.Equal(["secret.reveal", "secret.write"], await ActionsAsync("--secret", "demo/development/K"));
        Assert.Equal("project.create", (await ActionsAsync("--project", "demo"))[^1]);
        Assert.Equal(await ActionsAsync("--project", "demo"), (string[])[.. await ActionsAsync("--environment", "demo/development"), "project.create"]);
        var id = (string)System.Text.Json.Nodes.JsonNode.Parse(await dev.Cli.DoAsync("secret", "ls", "demo/development", "--json"))!.AsArray().Single(secret => (string)secret!["key"]! == "K")!["id"]!;
        await dev.Cli.DoAsync("secret", "rm", "demo/development/K");
        Assert.Equal(["secret.delete", "secret.reveal", "secret.write"], await ActionsAsync("--secret", id));

        async Task<string[]> ActionsAsync(params string[] filter) =>
            [.. System.Text.Json.Nodes.JsonNode.Parse(await dev.Cli.DoAsync(["audit", "--json", .. filter]))!.AsArray().Select(entry => (string)entry!["action"]!)];
    }

    [Fact]
    public async Task A_refused_credential_and_a_server_without_TLS_get_specific_advice()
    {
        await using var dev = await DevServer.StartAsync();
        var variables = dev.Cli.Variables;
        Assert.Equal(await dev.Cli.DoAsync("get", "--help"), await dev.Cli.DoAsync("help", "get"));
        variables["SECRONNA_TOKEN"] = variables["SECRONNA_TOKEN"][..^1];
        Assert.Contains("The server refused the credential in SECRONNA_TOKEN", (await dev.Cli.RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        variables["SECRONNA_API_URL"] = variables["SECRONNA_API_URL"].Replace("http://", "https://", StringComparison.Ordinal);
        Assert.Contains("If the server speaks plain HTTP, its address begins with http://", (await dev.Cli.RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
    }

    private static async Task<string> TimeAsync(CommandLine cli) =>
        System.Text.Json.Nodes.JsonNode.Parse(await cli.DoAsync("secret", "ls", Environment, "--json"))!.AsArray()
            .Select(secret => (string)secret!["updatedAt"]!).Max(StringComparer.Ordinal)!;
}
