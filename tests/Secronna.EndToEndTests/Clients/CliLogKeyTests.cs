using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>
/// A pinned log key, and <c>log-key rotate</c> with the real programs (S33): the pin moves by an entry that the pinned key vouches
/// for, and by nothing else.
/// </summary>
public sealed class CliLogKeyTests
{
    [Fact]
    public async Task A_verifier_follows_the_log_key_through_rotations()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var cli = new CommandLine(installation.Folder.Path, server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("web");
        string[] witness = ["audit", "verify", "--json", "--state", installation.Folder["witness"]];
        var (first, behind) = (await KeyAsync(cli, "audit", "verify", "--json"), await KeyAsync(cli, witness));
        Assert.Equal(first, behind);

        await installation.DoAsync("log-key", "rotate");
        await api.WriteAsync(environment, "A", "a");
        var second = await KeyAsync(cli, "audit", "verify", "--json");
        Assert.NotEqual(first, second);
        Assert.Equal(second, await KeyAsync(cli, "audit", "verify", "--json"));

        await installation.DoAsync("log-key", "rotate");
        await api.WriteAsync(environment, "A", "b");
        var third = await KeyAsync(cli, witness);
        Assert.Equal(third, await KeyAsync(cli, "audit", "verify", "--json"));
        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        Assert.Equal(["retired", "retired", "active"], (await installation.DoAsync("log-key", "list", "--json")).Out
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string)JsonNode.Parse(line)!["state"]!));
    }

    [Theory]
    [InlineData("DELETE FROM log_key_announcements", "names another one")]
    [InlineData("UPDATE log_key_announcements SET sequence = 1", "doesn't name a new log key")]
    [InlineData("UPDATE log_key_announcements SET note = (SELECT note FROM trail_checkpoints WHERE workspace_id = 'acc_e2e' ORDER BY size DESC LIMIT 1)", "isn't signed by the pinned key")]
    [InlineData("UPDATE log_key_announcements SET note = (SELECT a.note FROM log_key_announcements a WHERE a.workspace_id = '')", "isn't a checkpoint of this log")]
    public async Task A_key_that_the_pinned_one_does_not_vouch_for_is_refused(string tamper, string message)
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var cli = new CommandLine(installation.Folder.Path, server.Url, installation.Token);
        var pinned = await KeyAsync(cli, "audit", "verify", "--json");
        await installation.DoAsync("log-key", "rotate");
        await api.CreateEnvironmentAsync("web");
        await Until.HoldsAsync("the new key signs", async () => await SizeAsync(cli, installation.Folder["another"]) > 2);

        SqliteFile.Run(installation.DatabaseFile, tamper);
        var wrong = await cli.RunAsync("", "audit", "verify");
        Assert.True((3, "") == (wrong.ExitCode, wrong.Out), wrong.Error);
        Assert.Contains(message, wrong.Error, StringComparison.Ordinal);
        Assert.Equal(pinned, Pinned(installation));
    }

    private static async Task<string> KeyAsync(CommandLine cli, params string[] command) =>
        (string)JsonNode.Parse(await cli.DoAsync(command))!["key"]!;

    private static async Task<long> SizeAsync(CommandLine cli, string state) =>
        (long)JsonNode.Parse(await cli.DoAsync("audit", "verify", "--json", "--state", state))!["size"]!;

    private static string Pinned(TestInstallation installation) => (string)JsonNode.Parse(File.ReadAllBytes(Directory
        .EnumerateFiles(installation.Folder.Path, "trail-*.json", SearchOption.AllDirectories)
        .Single(file => !file.StartsWith(installation.Folder["another"], StringComparison.Ordinal))))!["key"]!;
}
