namespace Secronna.Server.Commands;

/// <summary>Waits for the end of a server, and says whether it was asked to stop.</summary>
internal static class ServerEnd
{
    private const int Failed = 1;

    /// <returns>The exit code: 0 when it was asked to stop, 1 when a background service failed and took it down.</returns>
    public static async Task<int> WaitAsync(IHost host)
    {
        var services = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Secronna");
        await host.WaitForShutdownAsync();
        var failed = services.Find(service => service.ExecuteTask is { IsFaulted: true });
        if (failed is null)
        {
            return 0;
        }

        // The host's own line would show the exception's message, which may quote data (S16).
        var exception = failed.ExecuteTask!.Exception!.GetBaseException();
        Log.ServiceFailed(log, failed.GetType().Name, exception.GetType().Name, exception.StackTrace);
        await Console.Error.WriteLineAsync($"Error: the server stopped because its {failed.GetType().Name} failed; the log says where");
        return Failed;
    }
}
