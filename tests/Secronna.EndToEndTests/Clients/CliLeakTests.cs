using System.Text;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;

namespace Secronna.EndToEndTests.Clients;

/// <summary>Where the command line leaves no value: in what it says, in files, and in what other processes can see.</summary>
public sealed class CliLeakTests : IAsyncLifetime
{
    private const string Environment = "demo/development";

    private readonly TempFolder folder = new();
    private readonly NeedleSet needles = new();
    private readonly StringBuilder said = new();
    private Dictionary<string, string> variables = [];
    private RunningServer? server;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(folder.Path, [], "dev", "--data", folder["D"], "--port", "0");
        variables = await ClientProgram.VariablesAsync(folder["D"]);
        variables["HOME"] = Directory.CreateDirectory(folder["home"]).FullName;
        // All that a program leaves beside it, it leaves here.
        variables["TMPDIR"] = Directory.CreateDirectory(folder["tmp"]).FullName;
    }

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task No_value_and_no_token_is_in_an_answer_that_is_no_reveal_or_in_a_file()
    {
        var values = new[] { Canary.Plain(), Canary.Escaped(), Canary.Plain(3_000) };
        foreach (var value in values)
        {
            needles.Add("value", value);
        }

        needles.Add("token", variables["SECRONNA_TOKEN"]);
        for (var i = 0; i < values.Length; i++)
        {
            await SayAsync(values[i], "secret", "set", Environment, $"K{i}");
            await SayAsync(values[i], "secret", "set", Environment, "NO KEY");
            await SayAsync(values[i], "secret", "set", Environment, $"K{i}", "--expect-version", "7");
            await SayAsync("", "secret", "set", Environment, $"K{i}", values[i]);
            await SayAsync("", "get", $"{Environment}/{values[i]}");
            await SayAsync("", "no-such-command", values[i]);
            await SayAsync("", "secret", "set", Environment, $"K{i}", values[i], values[i]);
            await SayAsync("", "api", "PUT", "/environments/env_none/secrets", "--body", new JsonObject { ["key"] = "K", ["value"] = values[i] }.ToJsonString());
        }

        await SayAsync("", "run", "--env", Environment, "--fallback", folder["copy"], "--", "true");
        await SayAsync("", "run", "--env", Environment, "--", "no-such-command");
        await SayAsync("", "export", "--env", Environment, "--format", "docker");
        await SayAsync("", "secret", "ls", Environment, "--json");
        await SayAsync("", "secret", "versions", $"{Environment}/K0", "--json");
        await SayAsync("", "audit", "--json");
        await SayAsync("", "auth", "whoami");
        await SayAsync("", "env", "diff", Environment, Environment, "--all", "--json");
        await SayAsync(variables["SECRONNA_TOKEN"][..^1], "auth", "login", "--api-key", "-");

        var hits = new List<Hit>();
        needles.Find(Encoding.UTF8.GetBytes(said.ToString()), 0, hits);
        Assert.Empty(hits);
        Assert.Empty(Directory.GetFileSystemEntries(variables["TMPDIR"]));
        foreach (var file in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Where(IsTheCommandLines))
        {
            needles.Find(await File.ReadAllBytesAsync(file), 0, hits);
        }

        Assert.Empty(hits);

        // Seen to look in the right place.
        needles.Find(Encoding.UTF8.GetBytes((await RunAsync("", "get", $"{Environment}/K0")).Out), 0, hits);
        Assert.NotEmpty(hits);
    }

    private bool IsTheCommandLines(string file) => !file.StartsWith(folder["D"], StringComparison.Ordinal);

    private async Task SayAsync(string input, params string[] arguments)
    {
        var ended = await RunAsync(input, arguments);
        said.Append(ended.Out).Append(ended.Error);
    }

    private Task<Ended> RunAsync(string input, params string[] arguments) =>
        ClientProgram.RunAsync(ClientProgram.CommandLine, folder.Path, variables, input, arguments);
}
