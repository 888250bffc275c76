using Microsoft.AspNetCore.Connections;
using Secronna.Server.Configuration;

namespace Secronna.Server.Commands;

/// <summary>Starts a server, and says what to do where its address is taken.</summary>
internal static class ServerStart
{
    /// <param name="app">The server.</param>
    /// <param name="elsewhere">How this command is told another address.</param>
    /// <exception cref="SettingsException">Something else listens there.</exception>
    public static async Task RunAsync(WebApplication app, string elsewhere)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new SettingsException($"{exception.Message.TrimEnd('.')}. Stop what listens there, or {elsewhere}");
        }
    }
}
