using System.Globalization;
using System.Net.Http.Headers;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Audit;

/// <summary>
/// <c>tests/Verifier/verify.py</c>, which was written from the documentation alone and shares no code with the product, verifies
/// the trail of a real server, and finds a change of one byte.
/// </summary>
public sealed class PythonVerifierTests
{
    // Enough entries for a full tile and one that isn't.
    private const int Reveals = 260;

    [Fact]
    public async Task It_agrees_with_the_vectors()
    {
        var ended = await PythonVerifier.RunAsync("", "--vectors", Path.Combine(AppContext.BaseDirectory, "vectors"));
        Assert.Equal(new Ended(0, "Fine: all vectors\n", ""), ended);
    }

    [Fact]
    public async Task It_verifies_a_trail_and_notices_one_changed_byte()
    {
        using var installation = await TestInstallation.CreateAsync();
        var held = installation.Folder["held"];
        string key;
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            await FillAsync(api);
            await File.WriteAllTextAsync(held, await CheckpointAsync(server, api, installation.Token));
            key = (string)(await api.GetAsync("/api/v1/audit/keys")).Data["keys"]![0]!["key"]!;

            var fine = await PythonVerifier.RunAsync(installation.Token, server.Url + "/api/v1", "--vkey", key);
            Assert.True(fine.ExitCode == 0, fine.Error);
            fine = await PythonVerifier.RunAsync(installation.Token, server.Url + "/api/v1", "--vkey", key, "--held", held);
            Assert.True(fine.ExitCode == 0, fine.Error);
            Assert.Contains("the held checkpoint of ", fine.Out, StringComparison.Ordinal);
            Assert.Equal(1, (await PythonVerifier.RunAsync("sk_live_none", server.Url + "/api/v1", "--vkey", key)).ExitCode);
            Assert.Equal(0, await server.StopAsync());
        }

        // Of a full tile the server has a hash from before, which the changed entries don't give.
        var problems = await ChangeAndVerifyAsync("first_sequence BETWEEN 5 AND 200");
        Assert.Contains("\ntile/1/000.p/1: hash 1 is not what the entries 1 to 256 give\n", problems, StringComparison.Ordinal);
        Assert.DoesNotContain("tile/", await ChangeAndVerifyAsync("first_sequence > 256"), StringComparison.Ordinal);

        async Task<string> ChangeAndVerifyAsync(string segment)
        {
            ChangeOneByte(installation.DatabaseFile, segment);
            ForgetCheckpoints(installation);
            await using var server = await installation.ServeAsync();
            var ended = await PythonVerifier.RunAsync(installation.Token, server.Url + "/api/v1", "--vkey", key, "--held", held);
            Assert.True(ended.ExitCode == 3, $"{ended.ExitCode}: {ended.Out}{ended.Error}");
            Assert.StartsWith("Wrong: the root of the ", ended.Error, StringComparison.Ordinal);
            Assert.Contains("something in them was changed since", ended.Error, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());

            // Changed back, nothing is wrong.
            ChangeOneByte(installation.DatabaseFile, segment);
            ForgetCheckpoints(installation);
            await using var again = await installation.ServeAsync();
            var fine = await PythonVerifier.RunAsync(installation.Token, again.Url + "/api/v1", "--vkey", key, "--held", held);
            Assert.True(fine.ExitCode == 0, fine.Error);
            Assert.Equal(0, await again.StopAsync());
            return ended.Error;
        }
    }

    // A server that remembers a checkpoint refuses to start on another history.
    private static void ForgetCheckpoints(TestInstallation installation) =>
        Directory.Delete(Path.Combine(installation.DataFolder, "checkpoints"), recursive: true);

    private static async Task FillAsync(Api api)
    {
        var (_, environment) = await api.CreateEnvironmentAsync("Web");
        var id = (string)(await api.WriteAsync(environment, "KEY", "value")).Data["id"]!;
        for (var i = 0; i < Reveals; i++)
        {
            Assert.Equal(200, (await api.RevealAsync(id, 1)).Status);
        }
    }

    // Waits until a checkpoint covers what was recorded so far.
    private static async Task<string> CheckpointAsync(RunningServer server, Api api, string token)
    {
        var recorded = (long)(await api.GetAsync("/api/v1/audit?limit=1")).Data[0]!["sequence"]!;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var note = "";
        await Until.HoldsAsync("a checkpoint covers what was recorded", async () =>
        {
            using var answer = await client.GetAsync(new Uri("/api/v1/audit/checkpoint", UriKind.Relative));
            note = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode && long.Parse(note.Split('\n')[1], CultureInfo.InvariantCulture) >= recorded;
        });
        return note;
    }

    // The last byte of a segment is the end of its last entry, such as of the caller's address.
    private static void ChangeOneByte(string file, string segment)
    {
        var where = $"FROM trail_segments WHERE workspace_id = '{TestInstallation.WorkspaceId}' AND {segment} ORDER BY first_sequence LIMIT 1";
        var sequence = SqliteFile.One<long>(file, $"SELECT first_sequence {where}");
        var entries = SqliteFile.One<byte[]>(file, $"SELECT entries {where}");
        entries[^1] ^= 1;
        using (var direct = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(file)))
        {
            direct.Run("DROP TRIGGER IF EXISTS trail_segments_stay; DROP TRIGGER IF EXISTS trail_segments_keep");
        }

        SqliteFile.Run(
            file, $"UPDATE trail_segments SET entries = $entries WHERE workspace_id = '{TestInstallation.WorkspaceId}' AND first_sequence = {sequence}",
            ("$entries", entries));
    }
}
