using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Secronna.Server.Hosting;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary>Starts a server for a command, and waits for its end.</summary>
internal static class ServerLifetime
{
    private const int FailureCode = 1;

    /// <summary>Starts the server, unless its database lacks what this node remembers of it.</summary>
    /// <param name="app">The server.</param>
    /// <param name="advice">How to choose another address with this command. It ends the error message.</param>
    /// <exception cref="SettingsException">
    /// Another program already listens on the address, or nobody can; or the database was set back or exchanged.
    /// </exception>
    public static async Task StartAsync(WebApplication app, string advice)
    {
        await RememberedTrails.RequireAsync(app.Services);
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or UnauthorizedAccessException)
        {
            throw new SettingsException($"the server can't listen on {app.Configuration[WebHostDefaults.ServerUrlsKey]}: {exception.Message.TrimEnd('.')}. Check the address, or {advice}");
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new SettingsException($"{exception.Message.TrimEnd('.')}. Stop the program that listens there, or {advice}");
        }
    }

    /// <summary>Waits until the server ends.</summary>
    /// <returns>The exit code: 0 after a request to stop, 1 after the failure of a background service.</returns>
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

        // The host's own log line is switched off. It would show the exception's message, which may quote data (S16).
        var exception = failed.ExecuteTask!.Exception!.GetBaseException();
        HostingLog.ServiceFailed(log, failed.GetType().Name, exception.GetType().Name, exception.StackTrace);
        await Console.Error.WriteLineAsync($"Error: the server stopped because its {failed.GetType().Name} failed; the log says where");
        return FailureCode;
    }
}
