using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Consumers;

namespace Secronna.EndToEndTests.Clients;

/// <summary>Files that the real programs import and export, read back by the programs that the formats are for.</summary>
public sealed class FormatTests
{
    private const string Environment = "demo/development";

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("dotenv")]
    [InlineData("shell")]
    [InlineData("docker")]
    public async Task Values_that_are_imported_and_exported_are_read_back_exactly(string format)
    {
        await using var dev = await DevServer.StartAsync();
        var secrets = HardValues.All.Append(new string('x', 65_000)).Select((value, i) => (Key: $"KEY{i:000}", Value: value)).ToList();
        var imported = await dev.Cli.RunAsync(Json(secrets), "import", "--env", Environment, "-");
        Assert.Equal((0, $"{secrets.Count} added, 0 changed, 0 unchanged.\n"), (imported.ExitCode, imported.Error));

        foreach (var refused in await RefusedAsync(dev.Cli, format, secrets))
        {
            secrets.RemoveAll(secret => secret.Key == refused);
        }

        var text = await dev.Cli.DoAsync("export", "--env", Environment, "--format", format, "--only", string.Join(',', secrets.Select(secret => secret.Key)));
        foreach (var read in Read(format, text))
        {
            Assert.Equal(secrets, read.Where(secret => secret.Key.StartsWith("KEY", StringComparison.Ordinal)).OrderBy(secret => secret.Key, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task An_export_for_Node_is_imported_without_changes()
    {
        await using var dev = await DevServer.StartAsync();
        await dev.Cli.DoAsync("secret", "rm", Environment + "/GREETING");
        await dev.Cli.RunAsync("A='one'\nB=\"two\\nlines # \"\nexport C=$x\n", "import", "--env", Environment, "-");
        var text = await dev.Cli.DoAsync("export", "--env", Environment);
        var again = await dev.Cli.RunAsync(text, "import", "--env", Environment, "-", "--json");
        Assert.Equal("""[{"key":"A","result":"unchanged","version":1},{"key":"B","result":"unchanged","version":1},{"key":"C","result":"unchanged","version":1}]""" + "\n", again.Out);
        Assert.Equal("two\nlines # ", await dev.Cli.DoAsync("get", Environment + "/B"));
    }

    [Fact]
    public async Task An_import_prints_what_it_does_and_no_value()
    {
        await using var dev = await DevServer.StartAsync();
        await dev.Cli.RunAsync("A=canary1\nB=canary2\n", "import", "--env", Environment, "-");
        await File.WriteAllTextAsync(dev.Folder["next.env"], "B=canary3\nA=canary1\nC=canary4\nC=canary5\n");

        var dry = await dev.Cli.RunAsync("", "import", "--env", Environment, dev.Folder["next.env"], "--dry-run", "--json");
        Assert.Equal("""[{"key":"B","result":"changed"},{"key":"A","result":"unchanged","version":1},{"key":"C","result":"added"}]""" + "\n", dry.Out);
        Assert.Equal(
            "The file repeats these keys, and the last value of each counts: C\n1 added, 1 changed, 1 unchanged. Nothing was written: this was a dry run.\n", dry.Error);
        Assert.Equal("canary2", await dev.Cli.DoAsync("get", Environment + "/B"));

        var done = await dev.Cli.RunAsync("", "import", "--env", Environment, dev.Folder["next.env"]);
        Assert.Matches(@"\AKEY +RESULT +VERSION\nB +changed +2\nA +unchanged +1\nC +added +1\n\z", done.Out);
        Assert.Equal(("canary3", "canary1", "canary5"), (await dev.Cli.DoAsync("get", Environment + "/B"), await dev.Cli.DoAsync("get", Environment + "/A"), await dev.Cli.DoAsync("get", Environment + "/C")));
        Assert.DoesNotContain("canary", dry.Out + dry.Error + done.Out + done.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A=canary\nB canary\n", "line 2 is neither KEY=value nor a comment")]
    [InlineData("A=canary\nB.C=canary\n", "line 2: the key is not allowed")]
    [InlineData("{\"A\":\"canary\",\"B\":null}", "the value of B is null")]
    public async Task A_file_with_an_error_changes_nothing(string text, string said)
    {
        await using var dev = await DevServer.StartAsync();
        await dev.Cli.DoAsync("secret", "rm", Environment + "/GREETING");
        var refused = await dev.Cli.RunAsync(text, "import", "--env", Environment, "-");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Out));
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refused.Error, StringComparison.Ordinal);
        Assert.Equal("[]\n", await dev.Cli.DoAsync("secret", "ls", Environment, "--json"));
    }

    [Fact]
    public async Task More_keys_than_a_batch_holds_are_written_and_compared()
    {
        await using var dev = await DevServer.StartAsync();
        var text = string.Concat(Enumerable.Range(0, 1_234).Select(i => $"K{i}=v{i}\n"));
        Assert.Equal("1234 added, 0 changed, 0 unchanged.\n", (await dev.Cli.RunAsync(text, "import", "--env", Environment, "-")).Error);
        Assert.Equal("0 added, 0 changed, 1234 unchanged.\n", (await dev.Cli.RunAsync(text, "import", "--env", Environment, "-")).Error);
        Assert.Equal("v1233", await dev.Cli.DoAsync("get", Environment + "/K1233"));
    }

    [Fact]
    public async Task Values_of_more_bytes_than_one_request_holds_are_written_and_compared()
    {
        await using var dev = await DevServer.StartAsync();
        var text = string.Concat(Enumerable.Range(0, 270).Select(i => $"K{i}={new string('x', 65_536)}\n"));
        Assert.Equal("270 added, 0 changed, 0 unchanged.\n", (await dev.Cli.RunAsync(text, "import", "--env", Environment, "-")).Error);
        Assert.Equal("1 added, 0 changed, 270 unchanged.\n", (await dev.Cli.RunAsync(text + "LAST=1", "import", "--env", Environment, "-")).Error);
    }

    [Theory]
    [InlineData("permission to reveal", "list", "write")]
    [InlineData("permission to write", "list", "reveal")]
    [InlineData("you may not list it", "write", "reveal")]
    public async Task The_error_names_the_missing_permission(string said, params string[] actions)
    {
        await using var dev = await DevServer.StartAsync();
        await dev.Cli.RunAsync("A=old\n", "import", "--env", Environment, "-");
        var key = new JsonObject { ["name"] = "import", ["grants"] = new JsonArray(new JsonObject { ["path"] = Environment, ["actions"] = JsonSerializer.SerializeToNode(actions) }) };
        var created = JsonNode.Parse(await dev.Cli.DoAsync("api", "POST", "/access-keys", "--body", key.ToJsonString()))!;
        var narrow = new CommandLine(dev.Folder.Path, dev.Url, (string)created["data"]!["token"]!);
        var refused = await narrow.RunAsync("A=new\n", "import", "--env", Environment, "-");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Out));
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.Equal("old", await dev.Cli.DoAsync("get", Environment + "/A"));
    }

    private static IEnumerable<IReadOnlyCollection<(string Key, string Value)>> Read(string format, string text) => format switch
    {
        "json" or "dotenv" => NodeReader.Read(format, [text]),
        "yaml" => [YamlReader.Read(text)],
        "docker" => [DockerEnvFile.Read(Encoding.UTF8.GetBytes(text))],
        "shell" => from shell in new[] { "bash", "sh" }
                   from way in ShellReader.Ways
                   select ShellReader.Read(shell, way, text).Select(variable => (variable.Key, variable.Value)).ToList(),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no consumer of this format is known here"),
    };

    // Each refused key is named by an error of its own.
    private static async Task<List<string>> RefusedAsync(CommandLine cli, string format, List<(string Key, string Value)> secrets)
    {
        var refused = new List<string>();
        var keys = secrets.Select(secret => secret.Key).ToList();
        for (var ended = await ExportAsync(cli, format, keys); ended.ExitCode != 0; ended = await ExportAsync(cli, format, keys))
        {
            var key = keys.Find(key => ended.Error.Contains($"the value of {key} ", StringComparison.Ordinal));
            Assert.NotNull(key);
            Assert.Equal("", ended.Out);
            keys.Remove(key);
            refused.Add(key);
        }

        return refused;
    }

    private static Task<Ended> ExportAsync(CommandLine cli, string format, IEnumerable<string> keys) =>
        cli.RunAsync("", "export", "--env", Environment, "--format", format, "--only", string.Join(',', keys));

    private static string Json(IEnumerable<(string Key, string Value)> secrets) =>
        new JsonObject(secrets.Select(secret => KeyValuePair.Create(secret.Key, (JsonNode?)secret.Value))).ToJsonString(JsonSerializerOptions.Default);
}
