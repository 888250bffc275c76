using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>An installation whose master key goes from one provider to another while its server serves.</summary>
internal sealed class MasterKeyMove : IAsyncDisposable
{
    private const string Prefix = "Secronna__MasterKey__";

    private readonly TestInstallation installation;
    private readonly Ledger ledger = new();
    private Dictionary<string, string> place;
    private NodeSet? nodes;
    private string live = "";

    private MasterKeyMove(TestInstallation installation) =>
        (this.installation, place) = (installation, new() { ["Provider"] = "File", ["File"] = installation.MasterKeyFile });

    public TestInstallation Installation => installation;

    public Node Server => nodes![0];

    public FilledProject Project { get; private set; } = null!;

    /// <summary>With a file, as it is without any setting.</summary>
    public static async Task<MasterKeyMove> BeginAsync()
    {
        var move = new MasterKeyMove(await TestInstallation.CreateAsync());
        await move.RestartAsync();
        using var api = move.Server.Connect();
        move.Project = await FilledProject.FillAsync(api, "Moved", rounds: 2, keys: 200);
        (_, move.live) = await api.CreateEnvironmentAsync("Live");
        return move;
    }

    /// <summary>
    /// Restarts with another provider beside the old one, rotates under load to a key of it, which is generated if told so,
    /// and restarts without the old one.
    /// </summary>
    public async Task ToAsync(Dictionary<string, string> next, string keyId, bool generates = true)
    {
        var old = place;
        Set(next, old);
        // A file is there when its first key is.
        var isFile = next["Provider"] == "File";
        await (generates && isFile ? GenerateAsync(keyId) : Task.CompletedTask);
        await RestartAsync();
        await (generates && !isFile ? GenerateAsync(keyId) : Task.CompletedTask);
        using (var load = new RequestLoadOnNodes(nodes!, live, ledger))
        {
            await load.WaitForWritesAsync();
            await installation.DoAsync("master-key", "rotate", "--to", keyId);
            await load.WaitForWritesAsync();
            await load.StopAsync();
        }

        await new InstallationDatabase(installation).ExpectAllUnderMasterKeyAsync(keyId);
        await CheckAsync();
        Set(place = next, []);
    }

    /// <summary>Restarts, and finds every version with its value.</summary>
    public async Task RestartAndCheckAsync()
    {
        await RestartAsync();
        await CheckAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await (nodes?.DisposeAsync() ?? ValueTask.CompletedTask);
        installation.Dispose();
    }

    private async Task CheckAsync()
    {
        using var api = Server.Connect();
        await Project.CheckAllAsync(api);
        await ledger.CheckAllAsync(api, live);
    }

    private Task<Ended> GenerateAsync(string keyId) => installation.DoAsync("master-key", "generate", "--id", keyId);

    private async Task RestartAsync()
    {
        await StopAsync();
        nodes = await NodeSet.StartAsync(installation, NodeSet.Plain(1));
    }

    private async Task StopAsync()
    {
        if (nodes is not null)
        {
            Assert.Equal(0, await Server.StopAsync());
        }
    }

    private void Set(Dictionary<string, string> main, Dictionary<string, string> previous)
    {
        foreach (var name in installation.Environment.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList())
        {
            installation.Environment.Remove(name);
        }

        foreach (var (name, value) in main.Concat(previous.Select(setting => KeyValuePair.Create("Previous__0__" + setting.Key, setting.Value))))
        {
            installation.Environment[Prefix + name] = value;
        }
    }
}
