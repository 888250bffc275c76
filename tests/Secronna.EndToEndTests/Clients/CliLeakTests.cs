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

    // Every process can read every other one's command line; its variables only the same person.
    [Fact]
    public async Task A_child_has_values_among_its_variables_and_never_in_its_command_line()
    {
        var value = Canary.Plain();
        needles.Add("value", value);
        await RunAsync(value, "secret", "set", Environment, "K");
        using var process = ClientProgram.Start(
            "secronna", folder.Path, variables, "run", "--env", Environment, "--", "sh", "-c", "echo begun; read line; exit 3");
        Assert.Equal("begun", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));

        var hits = new List<Hit>();
        needles.Find(await File.ReadAllBytesAsync($"/proc/{process.Id}/cmdline"), 0, hits);
        Assert.Empty(hits);
        needles.Find(await File.ReadAllBytesAsync($"/proc/{process.Id}/environ"), 0, hits);
        Assert.NotEmpty(hits);

        // This program is the command now: no process of ours waits beside it.
        Assert.StartsWith("sh", await File.ReadAllTextAsync($"/proc/{process.Id}/comm"), StringComparison.Ordinal);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(3, process.ExitCode);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(1)]
    public async Task A_signal_is_for_the_command(int signal)
    {
        using var process = ClientProgram.Start(
            "secronna", folder.Path, variables, "run", "--env", Environment, "--", "sh", "-c",
            $"trap 'echo caught; exit 9' {signal}; echo begun; while :; do sleep 0.05; done");
        Assert.Equal("begun", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));
        ServerProgram.Signal(process.Id, signal);
        Assert.Equal("caught", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(9, process.ExitCode);
    }

    private bool IsTheCommandLines(string file) => !file.StartsWith(folder["D"], StringComparison.Ordinal);

    private async Task SayAsync(string input, params string[] arguments)
    {
        var ended = await RunAsync(input, arguments);
        said.Append(ended.Out).Append(ended.Error);
    }

    private Task<Ended> RunAsync(string input, params string[] arguments) =>
        ClientProgram.RunAsync("secronna", folder.Path, variables, input, arguments);
}
