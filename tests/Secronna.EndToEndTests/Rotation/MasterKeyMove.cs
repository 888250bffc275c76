using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Moves the master key of an installation from one provider to another while its server serves.</summary>
internal sealed class MasterKeyMove : IAsyncDisposable
{
    private const string Prefix = "Secronna__MasterKey__";

    private readonly TestInstallation installation;
    private readonly Ledger ledger = new();
    private Dictionary<string, string> provider;
    private NodeSet? nodes;
    private string live = "";

    private MasterKeyMove(TestInstallation installation) =>
        (this.installation, provider) = (installation, new() { ["Provider"] = "File", ["File"] = installation.MasterKeyFile });

    public TestInstallation Installation => installation;

    public Node Server => nodes![0];

    public FilledProject Project { get; private set; } = null!;

    /// <summary>Creates an installation whose master key is in a file, which is the default provider.</summary>
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
    /// Restarts the server with the next provider and the old one, rotates under load to a key of the next provider, and removes the
    /// old provider from the settings.
    /// </summary>
    /// <param name="next">The settings of the next provider.</param>
    /// <param name="keyId">The id of its key.</param>
    /// <param name="generates">Whether to generate the key with <c>master-key generate</c>; else it exists already.</param>
    public async Task ToAsync(Dictionary<string, string> next, string keyId, bool generates = true)
    {
        var old = provider;
        Set(next, old);
        // The file must exist before the server starts, and the first generated key creates it.
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
        Set(provider = next, []);
    }

    /// <summary>Restarts the server and expects that every version has its value.</summary>
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
