namespace Secronna.EndToEndTests.Running;

/// <summary>A server as a newcomer starts it (<c>dev</c>), in a folder of its own, and the command line in that folder for its administrator.</summary>
internal sealed class DevServer : IAsyncDisposable
{
    private RunningServer? server;

    private DevServer() => Cli = new CommandLine(Folder.Path, new() { ["HOME"] = Directory.CreateDirectory(Folder["home"]).FullName });

    public TemporaryFolder Folder { get; } = new();

    /// <summary>Where the server keeps what is its own.</summary>
    public string DataFolder => Folder["D"];

    public CommandLine Cli { get; }

    /// <summary>Where it listens, or did before it was stopped.</summary>
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

    /// <summary>At the same address, once it was stopped; its command line has what <c>dev</c> tells whoever tries it.</summary>
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

    /// <summary>The API, for the administrator.</summary>
    public Api Connect() => new(Url, Cli.Variables["SECRONNA_TOKEN"]);

    public async ValueTask DisposeAsync()
    {
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Folder.Dispose();
    }
}
