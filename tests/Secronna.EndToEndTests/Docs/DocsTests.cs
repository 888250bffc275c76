using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Docs;

/// <summary>Runs the commands of the documentation's pages for emergencies, exactly as the pages show them.</summary>
public sealed class DocsTests
{
    [Fact]
    public async Task The_lost_key_drill_names_the_lost_key_and_opens_every_version_with_the_copy_of_the_key()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var home = new TemporaryFolder();
        await FillAsync(installation);
        CreateQuickStartFolders(installation, home);

        var output = await RunAsync(await SectionAsync("lost-or-leaked-master-key.md", "## Lost-key drill"), home, []);

        Assert.Contains("the database needs the key with the id", output, StringComparison.Ordinal);
        Assert.Matches(@"found +active", output);
        Assert.Contains("2 versions opened", output, StringComparison.Ordinal);
        Assert.Contains("web/production/DATABASE_URL", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(home.Path, "tmp.*"));
    }

    [Fact]
    public async Task The_rotation_page_works_from_top_to_bottom_while_a_server_runs()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var home = new TemporaryFolder();
        await FillAsync(installation);
        await using var server = await installation.ServeAsync();

        var text = (await TextAsync("rotation.md")).Replace("acc_example/", $"{TestInstallation.WorkspaceId}/", StringComparison.Ordinal);
        var output = await RunAsync(text, home, installation.Environment);

        Assert.Contains("would rotate from master key", output, StringComparison.Ordinal);
        Assert.Contains("wraps everything", output, StringComparison.Ordinal);
        Assert.Contains("is retired", output, StringComparison.Ordinal);
        Assert.Contains("need it: keep a copy", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_on_undoing_changes_restores_an_environment_and_undoes_the_restore()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var home = new TemporaryFolder();
        await FillAsync(installation);
        await using var server = await installation.ServeAsync();

        var output = await RunAsync(await TextAsync("undo-changes.md"), home, new()
        {
            ["SECRONNA_API_URL"] = server.Url,
            ["SECRONNA_TOKEN"] = installation.Token,
        });

        Assert.DoesNotContain("postgres://", output, StringComparison.Ordinal);
        Assert.Contains("""[{"key":"DATABASE_URL","result":"different"}]""", output, StringComparison.Ordinal);
        using var api = new Api(server.Url, installation.Token);
        var secret = Assert.Single(await api.ListAsync("/api/v1/search/secrets?q=DATABASE_URL"));
        var versions = await api.ListAsync($"/api/v1/secrets/{secret["id"]}/versions");
        Assert.Equal(["rolled_back", "restored", "restored", "written", "written"], versions.Select(version => (string)version["kind"]!));
        string[] values = ["postgres://one", "postgres://two", "postgres://one", "postgres://two", "postgres://one"];
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], (string)(await api.RevealAsync((string)secret["id"]!, i + 1)).Data["value"]!);
        }
    }

    [Fact]
    public async Task The_examples_of_the_API_page_work_from_top_to_bottom()
    {
        using var home = new TemporaryFolder();
        var start = $"""
            trap 'kill "$server"; wait "$server"' EXIT
            '{ServerProgram.Path}' dev --port 0 > /dev/null &
            server=$!
            until [ -s .secronna/dev.env ]; do sleep 0.1; done
            until (. .secronna/dev.env; curl -sf -o /dev/null "$SECRONNA_API_URL/health/ready"); do sleep 0.1; done

            """;

        var output = await ShellBlocks.RunAsync(start + string.Concat(ShellBlocks.Read(await TextAsync("api.md"))), home.Path);

        var answers = output.Split('\n').Where(line => line.StartsWith("{\"data\"", StringComparison.Ordinal)).ToList();
        Assert.True(answers.Count > 40, $"{answers.Count} answers");
        Assert.All(answers, answer => Assert.Contains("\"error\":null", answer, StringComparison.Ordinal));
        Assert.Contains("\n304\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n", output, StringComparison.Ordinal);
    }

    private static async Task FillAsync(TestInstallation installation)
    {
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Web");
        Assert.Equal(201, (await api.WriteAsync(environment, "DATABASE_URL", "postgres://one")).Status);
        Assert.Equal(201, (await api.WriteAsync(environment, "DATABASE_URL", "postgres://two")).Status);
        Assert.Equal(0, await server.StopAsync());
    }

    // Creates the folders that the quick start makes.
    private static void CreateQuickStartFolders(TestInstallation installation, TemporaryFolder home)
    {
        Directory.CreateDirectory(home["secronna/keys"]);
        Directory.CreateDirectory(home["secronna/keys-copy"]);
        Directory.CreateSymbolicLink(home["secronna/data"], installation.DataFolder);
        File.Copy(installation.MasterKeyFile, home["secronna/keys/master-keys"]);
        File.Copy(installation.MasterKeyFile, home["secronna/keys-copy/master-keys"]);
    }

    private static Task<string> RunAsync(string text, TemporaryFolder home, Dictionary<string, string> settings) => ShellBlocks.RunAsync(
        string.Concat(ShellBlocks.Read(text)), home.Path, new Dictionary<string, string>(settings)
        {
            ["HOME"] = home.Path,
            ["TMPDIR"] = home.Path,
            ["PATH"] = $"{Path.GetDirectoryName(ServerProgram.Path)}:{Environment.GetEnvironmentVariable("PATH")}",
        });

    private static Task<string> TextAsync(string page) => File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", page));

    // The text from a heading to the next one of level 2 or deeper. A comment in a shell block may look like a level-1 heading.
    private static async Task<string> SectionAsync(string page, string heading) => Regex.Match(
        await TextAsync(page), $"^{heading}$(.*?)^##+ ", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;
}
