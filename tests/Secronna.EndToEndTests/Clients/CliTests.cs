using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line as a newcomer uses it: real programs, over real HTTP.</summary>
public sealed class CliTests : IAsyncLifetime
{
    private const string Environment = "web/production";

    private readonly TempFolder folder = new();
    private Dictionary<string, string> variables = [];
    private RunningServer? server;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(folder.Path, [], "dev", "--data", folder["D"], "--port", "0");
        variables = await ClientProgram.VariablesAsync(folder["D"]);
        variables["HOME"] = Directory.CreateDirectory(folder["home"]).FullName;
    }

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_newcomers_session()
    {
        Assert.Matches(@"\Aproj_\w+ web\n\z", await DoAsync("project", "create", "Web"));
        Assert.Matches(@"\Aenv_\w+ web/production\n\z", await DoAsync("env", "create", "web", "Production"));
        var written = await RunAsync("a value\n", "secret", "set", Environment, "A");
        Assert.Matches(@"\Asec_\w+ A version 1\n\z", written.Out);
        await RunAsync("two\nlines\n\n", "secret", "set", Environment, "B");

        Assert.Equal("a value", await DoAsync("get", Environment + "/A"));
        Assert.Equal("two\nlines\n", await DoAsync("get", Environment + "/B"));
        Assert.Equal("a value|two\nlines\n\n", await DoAsync("run", "--env", Environment, "--", "sh", "-c", "printf '%s|%s\n' \"$A\" \"$B\""));
        Assert.DoesNotContain("a value", await DoAsync("secret", "ls", Environment), StringComparison.Ordinal);
        Assert.Contains("only_here", await DoAsync("env", "diff", Environment, "demo/development"), StringComparison.Ordinal);
        var at = await TimeAsync();
        await RunAsync("wrong", "secret", "set", Environment, "A");
        Assert.Contains("2 → 3, as 1", await DoAsync("env", "restore", Environment, "--at", at, "--dry-run"), StringComparison.Ordinal);
        Assert.Equal("wrong", await DoAsync("get", Environment + "/A"));
        await DoAsync("env", "restore", Environment, "--at", at);
        Assert.Equal("a value", await DoAsync("get", Environment + "/A"));
        await DoAsync("secret", "rm", Environment + "/B");
        var then = await RunAsync("", "export", "--env", Environment, "--format", "json", "--at", at);
        Assert.Equal("{\n  \"A\": \"a value\"\n}\n", then.Out);
        Assert.Contains("Deleted since, and not there: B", then.Error, StringComparison.Ordinal);
        Assert.Equal("a value", await DoAsync("get", Environment + "/A"));
        Assert.Contains($"{Environment}/A version 3", await DoAsync("audit", "--action", "secret.reveal", "--limit", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_kept_for_its_server_alone_and_forgotten()
    {
        var (url, token) = (variables["SECRONNA_API_URL"], variables["SECRONNA_TOKEN"]);
        variables.Remove("SECRONNA_API_URL");
        variables["SECRONNA_TOKEN"] = "";
        Assert.Contains("AUTH_REQUIRED", (await RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(token, "auth", "login", "--server", url, "--api-key", "-")).ExitCode);
        var file = Path.Combine(variables["HOME"], ".secronna", "session.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var whoami = await RunAsync("", "auth", "whoami");
        Assert.Contains("acc_dev", whoami.Out, StringComparison.Ordinal);
        Assert.Contains($"{token[..8]}…{token[^4..]}, kept at login", whoami.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, whoami.Out + whoami.Error, StringComparison.Ordinal);
        Assert.Equal("Hello from Secronna", await DoAsync("get", "demo/development/GREETING"));

        variables["SECRONNA_API_URL"] = "http://127.0.0.1:1";
        var elsewhere = await RunAsync("", "auth", "whoami");
        Assert.Contains("AUTH_REQUIRED", elsewhere.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, elsewhere.Error, StringComparison.Ordinal);
        variables.Remove("SECRONNA_API_URL");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", (await RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);
        Assert.Contains("chmod 700", (await RunAsync("", "auth", "whoami")).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await DoAsync("auth", "logout");
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Errors_say_what_to_do_and_hold_no_value()
    {
        await RunAsync("can\nary canary", "secret", "set", "demo/development", "LINES");
        await RunAsync("canary", "secret", "set", "demo/development", "PATH");
        foreach (var (said, arguments) in new (string, string[])[]
        {
            ("[NOT_FOUND]", ["get", "demo/development/NOTHING"]), ("[VALIDATION_ERROR]", ["get", "canary"]),
            ("[CONFLICT]", ["secret", "set", "demo/development", "GREETING", "canary", "--expect-version", "0"]),
            ("LINES has a line break", ["export", "--env", "demo/development", "--format", "docker", "--only", "LINES"]),
            ("--allow PATH", ["run", "--env", "demo/development", "--", "env"]),
        })
        {
            var ended = await RunAsync("", arguments);
            Assert.True(ended.ExitCode == 1, ended.Error);
            Assert.Contains(said, ended.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", ended.Out + ended.Error, StringComparison.Ordinal);
        }

        var usage = await RunAsync("", "secret", "set", "canary");
        Assert.Equal((2, ""), (usage.ExitCode, usage.Out));
        Assert.Contains("secronna secret set --help", usage.Error, StringComparison.Ordinal);
    }

    private async Task<string> TimeAsync() =>
        System.Text.Json.Nodes.JsonNode.Parse(await DoAsync("secret", "ls", Environment, "--json"))!.AsArray()
            .Select(secret => (string)secret!["updatedAt"]!).Max(StringComparer.Ordinal)!;

    private async Task<string> DoAsync(params string[] arguments)
    {
        var ended = await RunAsync("", arguments);
        Assert.True(ended.ExitCode == 0, ended.Error);
        return ended.Out;
    }

    private Task<Ended> RunAsync(string input, params string[] arguments) =>
        ClientProgram.RunAsync(ClientProgram.CommandLine, folder.Path, variables, input, arguments);
}
