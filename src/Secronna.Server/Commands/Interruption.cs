using System.Runtime.InteropServices;

namespace Secronna.Server.Commands;

/// <summary>
/// Turns the signals that ask a process to end into a cancellation, so that a command finishes its step or cleans up before it
/// ends. A second signal ends the process at once, for commands that wait for something that never comes.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly PosixSignal[] Signals =
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations;

    /// <summary>Starts to listen for signals.</summary>
    public Interruption() => registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, Interrupt))];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        source.Dispose();
    }

    private void Interrupt(PosixSignalContext context)
    {
        context.Cancel = !source.IsCancellationRequested;
        source.Cancel();
    }
}
