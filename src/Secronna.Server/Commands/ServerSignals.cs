using System.Runtime.InteropServices;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Tls;
using Secronna.Server.Installation;

namespace Secronna.Server.Commands;

/// <summary>
/// What a server does on signals. SIGHUP makes it read again what can be read again: the certificate and the master keys. The
/// signals that the host itself doesn't handle, and that would end the process at once, end it in good order.
/// </summary>
internal sealed class ServerSignals : IDisposable
{
    // SIGUSR1, SIGUSR2 and SIGALRM of Linux, which the framework has no names for.
    private static readonly PosixSignal[] Ending = OperatingSystem.IsLinux() ? [(PosixSignal)10, (PosixSignal)12, (PosixSignal)14] : [];

    private readonly List<PosixSignalRegistration> registrations;
    private volatile Server? running;

    /// <summary>Starts to listen for signals. Until a server is named, SIGHUP does nothing.</summary>
    public ServerSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            running?.ReadAgain();
        }),
        .. Ending.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = running is not null;
            running?.Stop();
        })),
    ];

    /// <summary>Names the server that the signals are for.</summary>
    public void SendTo(WebApplication app, OpenInstallation installation) => running = new Server(app, installation);

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private sealed class Server(WebApplication app, OpenInstallation installation)
    {
        private readonly ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Secronna");

        public void Stop() => app.Lifetime.StopApplication();

        // Signals come on a thread of their own, which must not wait for a key service.
        public void ReadAgain() => _ = Task.Run(ReadAgainAsync);

        private async Task ReadAgainAsync()
        {
            app.Services.GetService<TlsCertificate>()?.Refresh(log);
            try
            {
                await installation.MasterKeys.RefreshAsync();
                HostingLog.ReadAgain(log);
            }
            catch (Exception exception)
            {
                HostingLog.NotReadAgain(log, FailureReason.Of(exception));
            }
        }
    }
}
