using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Fairness;

/// <summary>
/// An installation with two workspaces: the victim's, with an environment of small values, and the attacker's, with large values,
/// many deleted secrets and weak credentials. It is filled by a server without limits, and attacked on one with the defaults.
/// </summary>
internal sealed class AttackedInstallation : IAsyncDisposable
{
    private const string AttackerWorkspace = "acc_attacker";
    private const int BatchSize = 500;

    private readonly TestInstallation installation;
    private readonly ServerCertificates certificates = new();
    private readonly PostgresCluster? postgres;

    private AttackedInstallation(TestInstallation installation, PostgresCluster? postgres) =>
        (this.installation, this.postgres) = (installation, postgres);

    public string VictimToken => installation.Token;

    public string VictimEnvironmentId { get; private set; } = "";

    public IReadOnlyList<string> VictimSecretIds { get; private set; } = [];

    /// <summary>What the attacker's program needs to know, but for the server's addresses.</summary>
    public JsonObject Target { get; private set; } = [];

    /// <summary>Creates and fills the installation.</summary>
    /// <param name="onPostgres">Whether it is on a PostgreSQL server of its own, in place of SQLite.</param>
    /// <param name="deleted">The number of the attacker's deleted secrets; a multiple of 500.</param>
    /// <param name="large">The number of the attacker's values of 64,000 bytes.</param>
    /// <param name="wide">The number of secrets in the attacker's widest environment.</param>
    public static async Task<AttackedInstallation> CreateAsync(bool onPostgres, int deleted, int large, int wide)
    {
        var postgres = onPostgres ? await PostgresCluster.StartNewAsync() : null;
        var attacked = new AttackedInstallation(
            postgres is null ? await TestInstallation.CreateAsync() : await TestInstallation.CreateAsync(await postgres.NewDatabaseAsync()),
            postgres);
        await attacked.installation.DoAsync("workspace", "allow", AttackerWorkspace, "--name", "Attacker");
        var adminToken = await attacked.installation.CreateApiKeyAsync(AttackerWorkspace);
        await using var server = await attacked.installation.ServeAsync();
        using var victim = new Api(server.Url, attacked.VictimToken);
        await attacked.FillVictimAsync(victim);
        using var attacker = new Api(server.Url, adminToken);
        attacked.Target = await FillAttackerAsync(attacker, adminToken, deleted, large, wide);
        Assert.Equal(0, await server.StopAsync());
        return attacked;
    }

    /// <summary>Starts the server with its default limits, on an address without TLS and on one with it.</summary>
    public async Task<RunningServer> ServeAsync()
    {
        foreach (var limit in installation.Environment.Keys.Where(name => name.StartsWith("Secronna__Limits__", StringComparison.Ordinal)).ToList())
        {
            installation.Environment.Remove(limit);
        }

        installation.UseTls(certificates);
        var (plain, tls) = ($"http://127.0.0.1:{FreePort.Next()}", $"https://127.0.0.1:{FreePort.Next()}");
        Target["Url"] = plain;
        Target["TlsUrl"] = tls;
        return await RunningServer.StartAsync(
            installation.Folder.Path, installation.Environment, ["serve", "--urls", $"{plain};{tls}"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }

        installation.Dispose();
        certificates.Dispose();
    }

    private async Task FillVictimAsync(Api api)
    {
        var (_, environmentId) = await api.CreateEnvironmentAsync("victim");
        VictimEnvironmentId = environmentId;
        VictimSecretIds = await WriteAsync(api, environmentId, "KEY", 50, "the victim's value");
    }

    private static async Task<JsonObject> FillAttackerAsync(Api api, string adminToken, int deleted, int large, int wide)
    {
        var (projectId, environmentId) = await api.CreateEnvironmentAsync("attacker");
        var secretIds = await WriteAsync(api, environmentId, "LARGE", large, new string('x', 64_000));
        var (_, deletedEnvironmentId) = await api.CreateEnvironmentAsync("deleted");
        var empty = await NowAsync(api);
        var before = empty;
        for (var i = 0; i < deleted; i += BatchSize)
        {
            await WriteAsync(api, deletedEnvironmentId, $"GONE{i}", BatchSize, "value");
            before = await NowAsync(api);
            var restored = await api.PostAsync(
                $"/api/v1/environments/{deletedEnvironmentId}/restore", new JsonObject { ["at"] = empty, ["prune"] = true });
            Assert.Equal(200, restored.Status);
        }

        var (_, wideEnvironmentId) = await api.CreateEnvironmentAsync("wide");
        var instants = new JsonArray();
        for (var i = 0; i < 2; i++)
        {
            await WriteAsync(api, wideEnvironmentId, "WIDE", wide, $"value {i}");
            instants.Add(await NowAsync(api));
        }

        return new JsonObject
        {
            ["AdminToken"] = adminToken,
            ["ListToken"] = await CreateKeyAsync(api, "list", "*/*/*_NOTHING"),
            ["WriteToken"] = await CreateKeyAsync(api, "write", "attacker"),
            ["RevealToken"] = await CreateKeyAsync(api, "reveal", "*"),
            ["ProjectId"] = projectId,
            ["EnvironmentId"] = environmentId,
            ["DeletedEnvironmentId"] = deletedEnvironmentId,
            ["WideEnvironmentId"] = wideEnvironmentId,
            ["WideInstants"] = instants,
            ["SecretIds"] = new JsonArray([.. secretIds.Select(id => (JsonNode)id)]),
            ["Before"] = before,
        };
    }

    private static async Task<string> NowAsync(Api api) =>
        (string)(await api.GetAsync("/api/v1/projects")).Envelope["meta"]!["timestamp"]!;

    private static async Task<string> CreateKeyAsync(Api api, string action, string path)
    {
        var created = await api.PostAsync("/api/v1/access-keys", new JsonObject
        {
            ["name"] = action,
            ["grants"] = new JsonArray(new JsonObject { ["path"] = path, ["actions"] = new JsonArray(action) }),
        });
        Assert.Equal(201, created.Status);
        return (string)created.Data["token"]!;
    }

    private static async Task<IReadOnlyList<string>> WriteAsync(Api api, string environmentId, string prefix, int count, string value)
    {
        var ids = new List<string>();
        // A batch may have 4 MiB.
        var size = Math.Clamp(3_500_000 / value.Length, 1, BatchSize);
        for (var from = 0; from < count; from += size)
        {
            var secrets = Enumerable.Range(from, Math.Min(size, count - from))
                .Select(i => (JsonNode)new JsonObject { ["key"] = $"{prefix}_{i}", ["value"] = value });
            var written = await api.PostAsync(
                $"/api/v1/environments/{environmentId}/secrets/batch", new JsonObject { ["secrets"] = new JsonArray([.. secrets]) });
            Assert.Equal(201, written.Status);
            ids.AddRange(written.Data.AsArray().Select(each => (string)each!["id"]!));
        }

        return ids;
    }
}
