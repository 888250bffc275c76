namespace Secronna.EndToEndTests.Running;

/// <summary>One of several servers of an installation. It can be killed and started again at the same address.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static int nodes;

    private readonly TestInstallation installation;
    private readonly Dictionary<string, string> environment;
    private RunningServer server;

    private Node(TestInstallation installation, Dictionary<string, string> environment, RunningServer server)
    {
        this.installation = installation;
        this.environment = environment;
        this.server = server;
        Url = server.Url;
    }

    public string Url { get; }

    public string Log => server.Log;

    public int ProcessId => server.Id;

    public bool HasExited => server.HasExited;

    /// <summary>Starts a node with the installation's variables and with variables of its own, which take precedence.</summary>
    public static async Task<Node> StartAsync(
        TestInstallation installation, IEnumerable<KeyValuePair<string, string>> own, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(installation.Environment);
        if (environment.TryGetValue("Secronna__StateFolder", out var folder))
        {
            environment["Secronna__StateFolder"] = $"{folder}-{Interlocked.Increment(ref nodes)}";
        }

        foreach (var (name, value) in own)
        {
            environment[name] = value;
        }

        var server = await RunningServer.StartAsync(
            installation.Folder.Path, environment, ["serve", "--urls", "http://127.0.0.1:0", .. arguments]);
        return new Node(installation, environment, server);
    }

    public Api Connect(string? token = null) => new(Url, token ?? installation.Token);

    public Task KillAsync() => server.KillAsync();

    /// <summary>Sends SIGTERM, as service managers do, and returns the exit code.</summary>
    public Task<int> StopAsync() => server.StopAsync();

    public async Task StartAgainAsync()
    {
        await server.DisposeAsync();
        server = await RunningServer.StartAsync(installation.Folder.Path, environment, "serve", "--urls", Url);
    }

    /// <summary>Suspends the process (SIGSTOP); its connections stay open and its transactions unfinished.</summary>
    public void Pause() => server.Pause();

    public void Resume() => server.Resume();

    public Task<bool> IsReadyAsync() => HasStatusAsync(200);

    /// <summary>Whether <c>/health/ready</c> answers with this status.</summary>
    public async Task<bool> HasStatusAsync(int status)
    {
        using var api = Connect();
        return (await api.GetAsync("/health/ready")).Status == status;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
