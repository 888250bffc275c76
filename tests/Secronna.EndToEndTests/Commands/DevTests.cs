using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Commands;

/// <summary>
/// The <c>dev</c> command: one command starts a server, curl uses it, and everything is still there after a stop, a kill or the
/// loss of a file.
/// </summary>
public sealed partial class DevTests : IDisposable
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private readonly TemporaryFolder folder = new();

    private string Data => folder["D"];

    private string EnvironmentFile => Path.Combine(Data, "dev.env");

    private string MasterKeyFile => Path.Combine(Data, "master-keys");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task In_an_empty_folder_dev_starts_a_server_and_writes_its_url_and_token_to_a_private_file()
    {
        await using var server = await StartAsync();
        var text = await File.ReadAllTextAsync(EnvironmentFile);
        Assert.Matches(@"\Aexport SECRONNA_API_URL=http://127\.0\.0\.1:[0-9]+\nexport SECRONNA_TOKEN=sk_live_[a-z0-9_]+\n\z", text);
        Assert.Contains(server.Url, text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Data));
        Assert.All(Directory.GetFiles(Data), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Versions_are_written_revealed_audited_and_deleted()
    {
        await using var server = await StartAsync();
        using var api = new Api(server.Url, ReadToken());
        var (_, environment) = await api.CreateEnvironmentAsync("Web");
        string[] values = ["first-value", "second-value", "third-value"];
        var id = await WriteAllAsync(api, environment, "DATABASE_URL", values);
        for (var version = 1; version <= values.Length; version++)
        {
            await ExpectValueAsync(api, id, version, values[version - 1]);
        }

        await WriteAllAsync(api, environment, "OTHER", ["other-value"]);
        var bulk = await api.PostAsync($"/api/v1/environments/{environment}/reveal");
        Assert.Equal(200, bulk.Status);
        Assert.Equal(["third-value", "other-value"], bulk.Data["secrets"]!.AsArray().Select(secret => (string)secret!["value"]!));
        await ExpectOneEntryPerValueAsync(api, environment, bulk.RequestId);

        Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{id}")).Status);
        Assert.Equal(404, (await api.GetAsync($"/api/v1/secrets/{id}")).Status);
        var deleted = await api.RevealAsync(id, 1);
        Assert.Equal((404, "NOT_FOUND"), (deleted.Status, deleted.ErrorCode));
    }

    [Fact]
    public async Task The_commands_of_the_greeting_work_when_pasted()
    {
        await using var server = await StartAsync();
        var greeting = server.Log.Split('\n').Select(line => line.Trim()).ToList();
        var source = SourceCommand().Match(server.Log).Groups[1].Value;
        var commands = greeting.Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, commands.Count);
        var answers = new List<JsonNode>();
        foreach (var command in commands)
        {
            answers.Add(JsonNode.Parse(await ShellAsync($"{source}\n{command} --fail"))!);
        }

        Assert.Equal("Hello from Secronna", (string)answers[0]["data"]!["value"]!);
        Assert.Equal(1, (int)answers[1]["data"]!["version"]!);
        Assert.Equal("secret.write", (string)answers[2]["data"]![0]!["action"]!);
        Assert.Equal("secret.reveal", (string)answers[2]["data"]![1]!["action"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_stop_or_a_kill_and_a_new_start_everything_is_there_under_the_same_token(bool killed)
    {
        string token, id;
        await using (var server = await StartAsync())
        {
            token = ReadToken();
            using var api = new Api(server.Url, token);
            var (_, environment) = await api.CreateEnvironmentAsync("Web");
            id = await WriteAllAsync(api, environment, "KEY", ["one", "two"]);
            await EndAsync(server, killed);
        }

        await using var again = await StartAsync();
        Assert.Equal(token, ReadToken());
        using var sameToken = new Api(again.Url, token);
        await ExpectValueAsync(sameToken, id, 1, "one");
        await ExpectValueAsync(sameToken, id, 2, "two");
        Assert.Contains("secret.write", (await sameToken.ListAsync("/api/v1/audit")).Select(entry => (string)entry["action"]!));
    }

    [Fact]
    public async Task A_second_dev_server_on_the_same_folder_is_refused_and_does_not_change_the_first_ones_file()
    {
        await using var server = await StartAsync();
        var before = await File.ReadAllTextAsync(EnvironmentFile);
        await ExpectRefusalAsync("0", Data, Data, "another dev", "--data");
        Assert.Equal(before, await File.ReadAllTextAsync(EnvironmentFile));
        using var api = new Api(server.Url, ReadToken());
        Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
    }

    [Fact]
    public async Task A_port_in_use_is_refused_and_the_error_names_the_option_for_another_port()
    {
        await using var server = await StartAsync();
        await ExpectRefusalAsync(server.Url.Split(':')[^1], folder["other"], server.Url, "--port");
    }

    // Settings of a real installation may be left in the shell.
    [Fact]
    public async Task Plain_HTTP_beyond_loopback_is_refused_even_where_a_setting_allows_it()
    {
        var settings = new Dictionary<string, string>
        {
            ["Secronna__Http__AllowPlainHttp"] = "true",
            ["Kestrel__Endpoints__Public__Url"] = "http://0.0.0.0:0",
        };

        var ended = await ServerProgram.RunAsync(folder.Path, settings, "dev", "--data", Data, "--port", "0");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("http://0.0.0.0:0 is plain HTTP beyond loopback", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_file_in_place_of_the_data_folder_is_refused_and_kept()
    {
        await File.WriteAllTextAsync(folder["file"], "kept");
        await ExpectRefusalAsync("0", folder["file"], folder["file"], "is a file, not a folder", "--data");
        Assert.Equal("kept", await File.ReadAllTextAsync(folder["file"]));
    }

    [Fact]
    public async Task After_the_loss_of_dev_env_a_new_key_is_made_and_the_old_key_still_works()
    {
        string token;
        await using (var server = await StartAsync())
        {
            token = ReadToken();
            Assert.Equal(0, await server.StopAsync());
        }

        File.Delete(EnvironmentFile);
        await using var again = await StartAsync();
        Assert.NotEqual(token, ReadToken());
        foreach (var each in new[] { token, ReadToken() })
        {
            using var api = new Api(again.Url, each);
            Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_master_key_the_server_does_not_start_and_the_error_names_the_key(bool killed)
    {
        await using (var server = await StartAsync())
        {
            await EndAsync(server, killed);
        }

        var id = (await File.ReadAllTextAsync(MasterKeyFile)).Split(' ')[0];
        File.Delete(MasterKeyFile);
        var ended = await ServerProgram.RunAsync(folder.Path, NoSettings, "dev", "--data", Data, "--port", "0");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("master key", ended.Error, StringComparison.Ordinal);
        Assert.Contains(id, ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(MasterKeyFile), "a newly generated key would hide that the right one is lost");
    }

    private Task<RunningServer> StartAsync() =>
        RunningServer.StartAsync(folder.Path, NoSettings, "dev", "--data", Data, "--port", "0");

    private async Task ExpectRefusalAsync(string port, string data, params string[] said)
    {
        var ended = await ServerProgram.RunAsync(folder.Path, NoSettings, "dev", "--data", data, "--port", port);
        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.All(said, part => Assert.Contains(part, ended.Error, StringComparison.Ordinal));
    }

    private string ReadToken() => File.ReadAllLines(EnvironmentFile)[1].Split('=')[1];

    private static async Task EndAsync(RunningServer server, bool killed)
    {
        if (killed)
        {
            await server.KillAsync();
        }
        else
        {
            Assert.Equal(0, await server.StopAsync());
        }
    }

    private static async Task<string> WriteAllAsync(Api api, string environment, string key, string[] values)
    {
        var id = "";
        for (var i = 0; i < values.Length; i++)
        {
            var written = await api.WriteAsync(environment, key, values[i]);
            Assert.Equal(201, written.Status);
            Assert.Equal(i + 1, (int)written.Data["version"]!);
            id = (string)written.Data["id"]!;
        }

        return id;
    }

    private static async Task ExpectValueAsync(Api api, string id, int version, string value)
    {
        var revealed = await api.RevealAsync(id, version);
        Assert.Equal(200, revealed.Status);
        Assert.Equal(value, (string)revealed.Data["value"]!);
    }

    private static async Task ExpectOneEntryPerValueAsync(Api api, string environment, string bulkRequest)
    {
        var entries = await api.ListAsync($"/api/v1/audit?action=secret.reveal&environmentId={environment}");
        Assert.Equal(5, entries.Count);
        Assert.Equal(2, entries.Count(entry => (string)entry["requestId"]! == bulkRequest));
        Assert.All(entries, entry => Assert.Equal("success", (string)entry["outcome"]!));
        Assert.Equal(4, entries.Select(entry => $"{entry["metadata"]!["key"]} {entry["metadata"]!["version"]}").Distinct().Count());
    }

    private async Task<string> ShellAsync(string script)
    {
        var ended = await ClientProgram.RunAsync("/bin/sh", folder.Path, NoSettings, script + "\n");
        Assert.True(ended.ExitCode == 0, $"exit code {ended.ExitCode} of: {script}\n{ended.Out}");
        return ended.Out;
    }

    [GeneratedRegex(@"In another terminal, run first: +(\. \S+)")]
    private static partial Regex SourceCommand();
}
