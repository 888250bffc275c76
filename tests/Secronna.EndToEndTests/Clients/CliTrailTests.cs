using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary><c>audit verify</c> and <c>audit receipt</c> with the real programs.</summary>
public sealed class CliTrailTests
{
    private const string Tamper =
        "DROP TRIGGER trail_segments_stay; DROP TRIGGER trail_segments_keep; UPDATE trail_segments SET at = at - 1 WHERE first_sequence = 1 AND workspace_id = 'acc_e2e'";

    [Fact]
    public async Task The_trail_is_verified_again_and_again_until_somebody_changes_it()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var cli = new CommandLine(installation.Folder.Path, server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("web");
        var request = (await api.WriteAsync(environment, "A", "a")).RequestId;

        var first = await cli.RunAsync("", "audit", "verify");
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains("Pinned the key", first.Error, StringComparison.Ordinal);
        await Until.HoldsAsync("a checkpoint covers the write", async () => await ProofAsync(cli, request) == "proven");
        var again = await cli.RunAsync("", "audit", "verify", "--json");
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        var verified = JsonNode.Parse(again.Out)!;
        Assert.Equal((0, (long)verified["size"]!), ((long)verified["entries"]!, (long)verified["from"]!));
        Assert.Matches($@"secret\.write +success +web/production/A version 1 +proven\n\z", await cli.DoAsync("audit", "receipt", request));

        var key = (string)verified["key"]!;
        var witness = await cli.RunAsync("", "audit", "verify", "--state", installation.Folder["witness"], "--key", key);
        Assert.Equal((0, $"Nothing of this log was verified before: {verified["origin"]}\n"), (witness.ExitCode, witness.Error));
        var state = Assert.Single(Directory.GetFiles(installation.Folder["witness"], "trail-*"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(state));
        Assert.Matches(@"\AVerified \d+ entries, from size 0 to size \d+\.\nsecronna/ins_\w+/acc_e2e/1\n\z", witness.Out);
        Assert.Equal(2, (await cli.RunAsync("", "audit", "verify", "--key", "key")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("", "audit", "receipt", "req_1")).ExitCode);
        var nothing = await cli.RunAsync("", "audit", "receipt", "req_00000000000000000000000000");
        Assert.Equal((1, ""), (nothing.ExitCode, nothing.Out));
        Assert.Contains("[NOT_FOUND]", nothing.Error, StringComparison.Ordinal);

        SqliteFile.Run(installation.DatabaseFile, Tamper);
        foreach (string[] command in new string[][] { ["audit", "verify"], ["audit", "verify"], ["audit", "receipt", request], ["audit", "verify", "--state", installation.Folder["new"]] })
        {
            var wrong = await cli.RunAsync("", command);
            Assert.True((3, "") == (wrong.ExitCode, wrong.Out), wrong.Error);
            Assert.Contains("Error [INTEGRITY_ERROR]: ", wrong.Error, StringComparison.Ordinal);
        }

        await server.StopAsync();
        Assert.Equal(1, (await cli.RunAsync("", "audit", "verify")).ExitCode);
    }

    private static async Task<string> ProofAsync(CommandLine cli, string request) =>
        (string)JsonNode.Parse(await cli.DoAsync("audit", "receipt", request, "--json"))![0]!["proof"]!;
}
