using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Audit;

/// <summary>
/// <c>secronna-server audit export --bundle</c> and <c>secronna audit verify --bundle</c> with the real programs, and
/// <c>tests/Verifier/verify.py</c>, which shares no code with them.
/// </summary>
public sealed class ExportedLogTests
{
    private const int Kills = 3;

    [Fact]
    public async Task A_log_is_exported_extended_and_verified_without_a_server_until_somebody_changes_a_byte()
    {
        using var installation = await TestInstallation.CreateAsync();
        var bundle = installation.Folder["bundle"];
        var offline = new CommandLine(installation.Folder.Path, new() { ["HOME"] = installation.Folder.Path });
        await FillAsync(installation, 600);
        var exported = await installation.DoAsync("audit", "export", "--workspace", TestInstallation.WorkspaceId, "--bundle", bundle);
        Assert.Matches($@"\A(\d+) entries were written to {bundle}, which has \1 entries of secronna/ins_\w+/acc_e2e/1 now\n\z", exported.Out);
        RequirePrivate(bundle);

        // The key in the folder is the server's, and yet it isn't trusted.
        var key = Assert.Single(await File.ReadAllLinesAsync(Path.Combine(bundle, "keys")));
        Assert.Equal(2, (await offline.RunAsync("", "audit", "verify", "--bundle", bundle)).ExitCode);
        var size = await SizeAsync(offline, bundle, "--key", key);
        Assert.Equal(size, await SizeAsync(offline, bundle));
        await RequirePythonAgreesAsync(bundle, key);

        // A command adds an entry while no server runs, so no checkpoint covers it yet.
        await installation.CreateApiKeyAsync(TestInstallation.WorkspaceId);
        var same = await installation.DoAsync("audit", "export", "--workspace", TestInstallation.WorkspaceId, "--bundle", bundle);
        Assert.Matches(@"\A0 entries were written .*\n1 newer entries are not in it, because they have no checkpoint yet", same.Out);
        await FillAsync(installation, 300);
        await installation.DoAsync("audit", "export", "--workspace", TestInstallation.WorkspaceId, "--bundle", bundle);
        Assert.InRange(await SizeAsync(offline, bundle), size + 300, long.MaxValue);
        await RequirePythonAgreesAsync(bundle, key);

        var partial = Directory.GetDirectories(Path.Combine(bundle, "tile", "0")).Single();
        foreach (var file in new[]
        {
            Path.Combine(bundle, "tile", "entries", "000"), Path.Combine(bundle, "tile", "0", "001"), Directory.GetFiles(partial).Single(),
            Path.Combine(bundle, "tile", "1", "000.p", "3"), Path.Combine(bundle, "checkpoint"),
        })
        {
            await ChangeAndVerifyAsync(offline, bundle, file);
        }

        await SizeAsync(offline, bundle);
    }

    [Fact]
    public async Task All_logs_are_exported_to_a_folder_each_and_wrong_folders_are_refused()
    {
        using var installation = await TestInstallation.CreateAsync();
        var all = installation.Folder["all"];
        var unfollowed = await installation.RunAsync("audit", "export", "--bundle", all);
        Assert.Equal(1, unfollowed.ExitCode);
        Assert.Contains("no checkpoint yet: a running server makes one", unfollowed.Error, StringComparison.Ordinal);

        await installation.DoAsync("backup", installation.Folder["backup"]);
        await FillAsync(installation, 1);
        await installation.DoAsync("audit", "export", "--bundle", all);
        Assert.Equal(["-", "acc_e2e"], Directory.GetDirectories(all).Select(Path.GetFileName).Order());
        await installation.DoAsync("audit", "export", "--workspace", "-", "--bundle", Path.Combine(all, "-"));
        await installation.DoAsync("audit", "--workspace", "acc_e2e", "--bundle", Path.Combine(all, "acc_e2e"));

        foreach (var (folder, said) in new[]
        {
            (Path.Combine(all, "-"), "another log"), (all, "something else"), (installation.MasterKeyFile, "is a file"),
        })
        {
            var refused = await installation.RunAsync("audit", "export", "--workspace", "acc_e2e", "--bundle", folder);
            Assert.Equal((1, ""), (refused.ExitCode, refused.Out));
            Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await installation.RunAsync("audit", "export", "--bundle", Path.Combine(all, "acc_e2e"))).ExitCode);
        Assert.Equal(1, (await installation.RunAsync("audit", "export", "--workspace", "acc_none", "--bundle", installation.Folder["none"])).ExitCode);
        Assert.Equal(2, (await installation.RunAsync("audit", "export", "--bundle", all, "--from", "2026-01-31T09:00:00Z")).ExitCode);
    }

    [Fact]
    public async Task An_export_that_is_killed_leaves_a_right_folder_and_is_continued()
    {
        using var installation = await TestInstallation.CreateAsync();
        var offline = new CommandLine(installation.Folder.Path, new() { ["HOME"] = installation.Folder.Path });
        var bundle = installation.Folder["bundle"];
        for (var kill = 0; kill < Kills; kill++)
        {
            await FillAsync(installation, 1_000);
            var before = Files(bundle);
            using (var export = new RunningCommand(installation, "audit", "export", "--workspace", "acc_e2e", "--bundle", bundle))
            {
                await Until.HoldsAsync("the export writes tiles", () => export.HasExited || Files(bundle) > before + kill);
                await export.KillAsync();
            }

            if (File.Exists(Path.Combine(bundle, "checkpoint")))
            {
                await SizeAsync(offline, bundle, "--key", (await File.ReadAllLinesAsync(Path.Combine(bundle, "keys")))[0]);
            }

            await installation.DoAsync("audit", "export", "--workspace", "acc_e2e", "--bundle", bundle);
            var key = (await File.ReadAllLinesAsync(Path.Combine(bundle, "keys")))[0];
            Assert.InRange(await SizeAsync(offline, bundle, "--key", key), 1_000 * (kill + 1), long.MaxValue);
        }
    }

    private static async Task ChangeAndVerifyAsync(CommandLine offline, string bundle, string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var wrong = await offline.RunAsync("", "audit", "verify", "--bundle", bundle);
        Assert.True((3, "") == (wrong.ExitCode, wrong.Out), $"{file}: {wrong.ExitCode} {wrong.Error}");
        Assert.Contains("Error [INTEGRITY_ERROR]: ", wrong.Error, StringComparison.Ordinal);
        Assert.Contains(file.EndsWith("checkpoint", StringComparison.Ordinal) ? "checkpoint" : file, wrong.Error, StringComparison.Ordinal);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
    }

    // Records entries, and waits until a checkpoint covers them.
    private static async Task FillAsync(TestInstallation installation, int entries)
    {
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("P" + RandomNumberGenerator.GetHexString(16));
        foreach (var batch in Enumerable.Range(0, entries).Chunk(500))
        {
            var secrets = new JsonArray([.. batch.Select(i => new JsonObject { ["key"] = $"K{i}", ["value"] = "v" })]);
            var answer = await api.PostAsync($"/api/v1/environments/{environment}/secrets/batch", new JsonObject { ["secrets"] = secrets });
            Assert.Equal(201, answer.Status);
        }

        var recorded = (long)(await api.GetAsync("/api/v1/audit?limit=1")).Data[0]!["sequence"]!;
        await Until.HoldsAsync("a checkpoint covers what was recorded", async () =>
            (await api.GetAsync($"/api/v1/audit/{recorded}/proof")).Status == 200);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task<long> SizeAsync(CommandLine offline, string bundle, params string[] more)
    {
        var verified = JsonNode.Parse(await offline.DoAsync(["audit", "verify", "--json", "--bundle", bundle, .. more]))!;
        Assert.Equal(0, (long)verified["from"]!);
        return (long)verified["size"]!;
    }

    private static async Task RequirePythonAgreesAsync(string bundle, string key)
    {
        var ended = await PythonVerifier.RunAsync("", bundle, "--vkey", key);
        Assert.True(ended.ExitCode == 0, ended.Error);
    }

    private static int Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() : 0;

    private static void RequirePrivate(string folder)
    {
        const UnixFileMode File0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), file => Assert.Equal(File0600, File.GetUnixFileMode(file)));
        Assert.All(Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Append(folder), inner =>
            Assert.Equal(File0600 | UnixFileMode.UserExecute, File.GetUnixFileMode(inner)));
    }
}
