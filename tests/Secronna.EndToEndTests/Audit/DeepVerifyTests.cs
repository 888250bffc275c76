using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Audit;

/// <summary>
/// <c>audit verify --deep</c> with the real programs. Whoever can write to the database exchanges, adds, removes and brings back
/// rows, which leaves the log right.
/// </summary>
public sealed class DeepVerifyTests
{
    [Fact]
    public async Task What_was_changed_in_the_database_without_the_log_is_found()
    {
        using var installation = await TestInstallation.CreateAsync();
        string[] ids;
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            ids = await FillAsync(api);
            var verified = JsonNode.Parse(await Cli(installation, server).DoAsync("audit", "verify", "--deep", "--json"))!;
            Assert.Equal((4, 7), ((int)verified["deep"]!["secrets"]!, (int)verified["deep"]!["versions"]!));
            Assert.Equal((long)verified["size"]!, (long)verified["entries"]!);
            Assert.Matches(@"\nCompared 7 versions of 4 secrets with the trail\.\n\z", await Cli(installation, server).DoAsync("audit", "verify", "--deep"));
            Assert.Equal(2, (await Cli(installation, server).RunAsync("", "audit", "verify", "--deep", "--bundle", "x")).ExitCode);
            Assert.Equal(0, await server.StopAsync());
        }

        var (a, b, c, hidden, deleted) = (ids[0], ids[1], ids[2], ids[3], ids[4]);
        const string Columns = "kek_id, wrapped_data_key, ciphertext, tag";
        SqliteFile.Run(installation.DatabaseFile, $"""
            PRAGMA foreign_keys = OFF;
            UPDATE secret_versions SET ciphertext = (SELECT ciphertext FROM secret_versions WHERE secret_id = '{a}' AND version = 1)
                WHERE secret_id = '{a}' AND version = 3;
            UPDATE secret_versions SET ({Columns}) = (SELECT {Columns} FROM secret_versions WHERE secret_id = '{a}' AND version = 1)
                WHERE secret_id = '{a}' AND version = 2;
            DELETE FROM secret_changes WHERE secret_id = '{a}' AND destroyed = 2;
            INSERT INTO secret_versions (secret_id, version, {Columns}, kind, created_at, created_by)
                SELECT secret_id, 2, {Columns}, kind, created_at, created_by FROM secret_versions WHERE secret_id = '{b}';
            UPDATE secrets SET current_version = 1 WHERE id = '{c}';
            UPDATE secrets SET deleted_at = 1, deleted_by = 'key_1' WHERE id = '{hidden}';
            UPDATE secrets SET deleted_at = NULL, deleted_by = NULL WHERE id = '{deleted}';
            """);
        await using var tampered = await installation.ServeAsync();
        var wrong = await Cli(installation, tampered).RunAsync("", "audit", "verify", "--deep");
        Assert.True((3, "") == (wrong.ExitCode, wrong.Out), $"{wrong.ExitCode} {wrong.Out} {wrong.Error}");
        Assert.All(new[]
        {
            $"version 3 of web/production/A ({a}) holds another sealed value",
            $"version 2 of web/production/A ({a}) has a sealed value, although by the log it was destroyed",
            $"version 2 of web/production/B ({b}) was added without the log",
            $"web/production/C ({c}) points to version 1, but by the log version 2 was written last",
            $"secret {hidden} is missing, although by the log it was not deleted",
            $"web/production/E ({deleted}) is there, although by the log it was deleted",
        }, said => Assert.Contains(said, wrong.Error, StringComparison.Ordinal));
        // The log alone is right.
        await Cli(installation, tampered).DoAsync("audit", "verify");
    }

    [Fact]
    public async Task Writes_while_everything_is_compared_are_no_contradiction()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("web");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var written = await api.WriteAsync(environment, $"KEY_{i % 20}", $"{i}");
                Assert.Equal(201, written.Status);
                if (i % 7 == 6)
                {
                    await api.DeleteAsync($"/api/v1/secrets/{written.Data["id"]}");
                }
            }
        });
        for (var round = 0; round < 2; round++)
        {
            await Cli(installation, server).DoAsync("audit", "verify", "--deep");
        }

        await stop.CancelAsync();
        await writing;
    }

    private static CommandLine Cli(TestInstallation installation, RunningServer server) =>
        new(installation.Folder.Path, server.Url, installation.Token);

    // A has three versions, of which the second is destroyed; B has one, C two, and D one; E is deleted.
    private static async Task<string[]> FillAsync(Api api)
    {
        var (_, environment) = await api.CreateEnvironmentAsync("web");
        var ids = new Dictionary<string, string>();
        foreach (var key in new[] { "A", "A", "A", "B", "C", "C", "D", "E" })
        {
            ids[key] = (string)(await api.WriteAsync(environment, key, "value")).Data["id"]!;
        }

        Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{ids["A"]}/versions/2")).Status);
        Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{ids["E"]}")).Status);
        return [.. ids.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];
    }
}
