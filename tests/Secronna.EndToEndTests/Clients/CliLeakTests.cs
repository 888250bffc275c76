using System.Text;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line leaves no value in its output, in files, or where other processes can see it.</summary>
[FlawClass("client leak")]
public sealed class CliLeakTests
{
    private const string Environment = "demo/development";

    [Fact]
    public async Task No_value_and_no_token_is_in_a_file_or_in_output_other_than_that_of_a_reveal()
    {
        await using var dev = await DevServer.StartAsync();
        // Temporary files go to this folder, so that they are found.
        var scratch = dev.Cli.Variables["TMPDIR"] = Directory.CreateDirectory(dev.Folder["tmp"]).FullName;
        var needles = new NeedleSet();
        var said = new StringBuilder();

        async Task SayAsync(string input, params string[] arguments)
        {
            var ended = await dev.Cli.RunAsync(input, arguments);
            said.Append(ended.Out).Append(ended.Error);
        }

        var values = new[] { Canary.Plain(), Canary.Escaped(), Canary.Plain(3_000) };
        foreach (var value in values)
        {
            needles.Add("value", value);
        }

        needles.Add("token", dev.Cli.Variables["SECRONNA_TOKEN"]);
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

        await SayAsync("", "run", "--env", Environment, "--fallback", dev.Folder["copy"], "--", "true");
        await SayAsync("", "run", "--env", Environment, "--", "no-such-command");
        await SayAsync("", "export", "--env", Environment, "--format", "docker");
        await SayAsync("", "secret", "ls", Environment, "--json");
        await SayAsync("", "secret", "versions", $"{Environment}/K0", "--json");
        await SayAsync("", "audit", "--json");
        await SayAsync("", "auth", "whoami");
        await SayAsync("", "env", "diff", Environment, Environment, "--all", "--json");
        await SayAsync(dev.Cli.Variables["SECRONNA_TOKEN"][..^1], "auth", "login", "--api-key", "-");

        var hits = new List<Hit>();
        needles.Find(Encoding.UTF8.GetBytes(said.ToString()), 0, hits);
        Assert.Empty(hits);
        Assert.Empty(Directory.GetFileSystemEntries(scratch));
        var files = Directory.GetFiles(dev.Folder.Path, "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(file => !file.StartsWith(dev.DataFolder, StringComparison.Ordinal)))
        {
            needles.Find(await File.ReadAllBytesAsync(file), 0, hits);
        }

        Assert.Empty(hits);

        // The search does find a value where there is one.
        needles.Find(Encoding.UTF8.GetBytes((await dev.Cli.RunAsync("", "get", $"{Environment}/K0")).Out), 0, hits);
        Assert.NotEmpty(hits);
    }
}
