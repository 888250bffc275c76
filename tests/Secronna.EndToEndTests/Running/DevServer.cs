namespace Secronna.EndToEndTests.Running;

/// <summary>A server started with <c>dev</c> in a new folder, and the command line with its administrator's credential.</summary>
internal sealed class DevServer : IAsyncDisposable
{
    private RunningServer? server;

    private DevServer() => Cli = new CommandLine(Folder.Path, new() { ["HOME"] = Directory.CreateDirectory(Folder["home"]).FullName });

    public TemporaryFolder Folder { get; } = new();

    /// <summary>The folder in which the server keeps its data.</summary>
    public string DataFolder => Folder["D"];

    public CommandLine Cli { get; }

    /// <summary>The URL that the server listens on, or listened on before it was stopped.</summary>
    public string Url { get; private set; } = "http://127.0.0.1:0";

    public static async Task<DevServer> StartAsync()
    {
        var dev = new DevServer();
        try
        {
            await dev.StartAgainAsync();
            return dev;
        }
        catch
        {
            await dev.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts a stopped server again at the same address and gives the command line the variables of <c>dev.env</c>.
    /// </summary>
    public async Task StartAgainAsync()
    {
        server = await RunningServer.StartAsync(Folder.Path, [], "dev", "--data", DataFolder, "--port", $"{new Uri(Url).Port}");
        Url = server.Url;
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(DataFolder, "dev.env")))
        {
            var variable = line["export ".Length..].Split('=');
            Cli.Variables[variable[0]] = variable[1];
        }
    }

    public async Task StopAsync()
    {
        await server!.StopAsync();
        await server.DisposeAsync();
        server = null;
    }

    /// <summary>Everything that the running server wrote so far.</summary>
    public string Log => server!.Log;

    /// <summary>Sends a signal to the running server.</summary>
    public void Signal(int signal) => ServerProgram.Signal(server!.Id, signal);

    /// <summary>Returns an API client with the administrator's credential.</summary>
    public Api Connect() => new(Url, Cli.Variables["SECRONNA_TOKEN"]);

    public async ValueTask DisposeAsync()
    {
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Folder.Dispose();
    }
}
