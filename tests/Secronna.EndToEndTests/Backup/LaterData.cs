using System.Text;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>A backup, and what was taken away after it was made: in each of the ways that there are.</summary>
internal sealed class LaterData
{
    private string environment = "";
    private string deletedSecret = "";
    private string deletedProject = "";
    private string destroyedSecret = "";
    private string narrowedKey = "";
    private string revokedApiToken = "";
    private string deniedToken = "";

    public string Backup { get; private set; } = "";

    public string RevokedKeyId { get; private set; } = "";

    public string DestroyedPath => "later/production/DESTROYED";

    public string InstallationId { get; private set; } = "";

    /// <summary>Makes the data through servers, which are stopped afterwards, and the backup between two of them.</summary>
    public static async Task<LaterData> MakeAsync(TestInstallation installation, Func<string, Task>? backUp = null)
    {
        var later = new LaterData { Backup = installation.Folder["later.db"] };
        await using (var first = await installation.ServeAsync())
        {
            using var filling = new Api(first.Url, installation.Token);
            await later.FillAsync(installation, filling);
            Assert.Equal(0, await first.StopAsync());
        }

        await (backUp ?? (file => installation.DoAsync("backup", file)))(later.Backup);
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        await later.TakeAwayAsync(installation, api);
        var note = "";
        await Until.HoldsAsync("the checkpoint covers all entries", async () =>
        {
            note = await RestoreTests.CheckpointAsync(server, installation);
            return note.Split('\n')[1] == $"{(await api.ListAsync("/api/v1/audit?limit=1000")).Count}";
        });
        later.InstallationId = note.Split('/')[1];
        await Until.HoldsAsync("the node remembers it", () => Directory.EnumerateFiles(
            StateOf(installation), "*.note", SearchOption.AllDirectories).Any(file => File.ReadAllBytes(file).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(note))));
        await Until.HoldsAsync("the node remembers the workspace that is newer than the backup", () => Directory.EnumerateFiles(
            StateOf(installation), "*.note", SearchOption.AllDirectories).Any(file => Encoding.UTF8.GetString(File.ReadAllBytes(file)).Contains("/acc_later/1\n2\n", StringComparison.Ordinal)));
        Assert.Equal(0, await server.StopAsync());
        return later;
    }

    /// <summary>Expects of a server that nothing of it came back.</summary>
    public async Task CheckAsync(RunningServer server)
    {
        using var revoked = new Api(server.Url, revokedApiToken);
        Assert.Equal(401, (await revoked.GetAsync("/api/v1/projects")).Status);
        using var denied = new Api(server.Url, deniedToken);
        Assert.Contains((await denied.GetAsync("/api/v1/projects")).Status, new[] { 401, 403 });
        using var api = new Api(server.Url, TestToken);
        var keys = (await api.ListAsync("/api/v1/access-keys")).ToDictionary(key => (string)key["id"]!);
        Assert.NotNull(keys[RevokedKeyId]["revokedAt"]);
        Assert.Equal("""[{"path":"later/production/A","actions":["reveal"]}]""", keys[narrowedKey]["grants"]!.ToJsonString());
        Assert.NotNull(keys[narrowedKey]["expiresAt"]);
        Assert.Equal(404, (await api.GetAsync($"/api/v1/projects/{deletedProject}")).Status);
        Assert.Equal(404, (await api.RevealAsync(deletedSecret, 1)).Status);
        Assert.Equal(404, (await api.RevealAsync(destroyedSecret, 1)).Status);
        Assert.Equal(200, (await api.RevealAsync(destroyedSecret, 2)).Status);
        Assert.Equal(201, (await api.WriteAsync(environment, "AFTER", "value")).Status);
    }

    private string TestToken { get; set; } = "";

    private static string StateOf(TestInstallation installation) =>
        installation.Environment.GetValueOrDefault("Secronna__StateFolder") ?? installation.DataFolder;

    private async Task FillAsync(TestInstallation installation, Api api)
    {
        TestToken = installation.Token;
        (_, environment) = await api.CreateEnvironmentAsync("Later");
        (deletedProject, _) = await api.CreateEnvironmentAsync("Deleted");
        await WriteAsync(api, "A", "one");
        deletedSecret = await WriteAsync(api, "B", "two");
        destroyedSecret = await WriteAsync(api, "TWO_VERSIONS", "first");
        await WriteAsync(api, "TWO_VERSIONS", "second");
        await WriteAsync(api, "DESTROYED", "leaked");
        RevokedKeyId = await CreateKeyAsync(api, "revoked");
        narrowedKey = await CreateKeyAsync(api, "narrowed");
        revokedApiToken = await installation.CreateApiKeyAsync(TestInstallation.WorkspaceId);
        await installation.DoAsync("workspace", "allow", "acc_denied");
        deniedToken = await installation.CreateApiKeyAsync("acc_denied");
    }

    private async Task TakeAwayAsync(TestInstallation installation, Api api)
    {
        await IsAsync(200, api.PostAsync($"/api/v1/access-keys/{RevokedKeyId}/revoke"));
        await IsAsync(200, api.SendAsync(HttpMethod.Patch, $"/api/v1/access-keys/{narrowedKey}",
            """{"grants":[{"path":"later/production/*","actions":["reveal","write"]}],"expiresInDays":30}"""));
        await IsAsync(200, api.SendAsync(HttpMethod.Patch, $"/api/v1/access-keys/{narrowedKey}",
            """{"grants":[{"path":"later/production/A","actions":["reveal"]}]}"""));
        var apiKey = (await api.ListAsync("/api/v1/api-keys")).Select(key => (string)key["id"]!).Max(StringComparer.Ordinal)!;
        await IsAsync(200, api.DeleteAsync($"/api/v1/api-keys/{apiKey}"));
        await IsAsync(200, api.DeleteAsync($"/api/v1/projects/{deletedProject}?force=true"));
        await IsAsync(200, api.DeleteAsync($"/api/v1/secrets/{deletedSecret}"));
        await IsAsync(200, api.DeleteAsync($"/api/v1/secrets/{destroyedSecret}/versions/1"));
        var destroyed = await WriteAsync(api, "DESTROYED", "new");
        await IsAsync(200, api.DeleteAsync($"/api/v1/secrets/{destroyed}/versions/1"));
        await installation.DoAsync("workspace", "deny", "acc_denied");
        await installation.DoAsync("workspace", "allow", "acc_later");
        await installation.CreateApiKeyAsync("acc_later");
    }

    private async Task<string> WriteAsync(Api api, string key, string value) => (string)(await api.WriteAsync(environment, key, value)).Data["id"]!;

    private static async Task<string> CreateKeyAsync(Api api, string name) =>
        (string)(await api.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = name })).Data["id"]!;

    private static async Task IsAsync(int status, Task<Answer> answer) => Assert.Equal(status, (await answer).Status);
}
