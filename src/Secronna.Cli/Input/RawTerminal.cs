using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Input;

/// <summary>
/// The terminal of standard input in raw mode: it echoes nothing and passes on every key at once, Ctrl-C included. Disposal
/// restores the terminal, and so does a signal that ends the program.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class RawTerminal : IDisposable
{
    private const int Input = 0;

    // TCSAFLUSH of tcsetattr: waits until all output is written and drops input that was not read.
    private const int Flush = 2;
    private const short Readable = 1;

    // Larger than struct termios of any system.
    private const int MostTermiosBytes = 256;

    private readonly byte[] before;

    // The stream of Console is not used, because it changes the terminal's settings for each read.
    private readonly FileStream input = new(new SafeFileHandle(Input, ownsHandle: false), FileAccess.Read, bufferSize: 0);
    private readonly PosixSignalRegistration[] signals;

    private RawTerminal(byte[] before, byte[] raw)
    {
        this.before = before;
        signals =
        [
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, _ => Restore())),
            // While this program was suspended, the shell used the terminal with its own settings.
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => SetAttributes(Input, Flush, raw)),
        ];
    }

    /// <summary>Makes the terminal raw.</summary>
    /// <exception cref="CliException">Standard input is not a terminal whose echo can be turned off.</exception>
    public static RawTerminal Take()
    {
        var before = new byte[MostTermiosBytes];
        if (GetAttributes(Input, before) == 0)
        {
            var raw = before.ToArray();
            MakeRaw(raw);

            // From here on, whatever ends the program restores the terminal.
            var terminal = new RawTerminal(before, raw);
            if (SetAttributes(Input, Flush, raw) == 0)
            {
                return terminal;
            }

            terminal.Dispose();
        }

        throw new CliException("the terminal can't be kept from showing what is typed: use standard input or --file");
    }

    /// <summary>Waits for the next byte; one key may send several.</summary>
    /// <exception cref="OperationCanceledException">The terminal was closed.</exception>
    public byte ReadByte() => input.ReadByte() is >= 0 and var pressed ? (byte)pressed : throw new OperationCanceledException();

    /// <summary>Whether more input arrives within a time, as it does after the first line of pasted text.</summary>
    public static bool HasMore(TimeSpan time)
    {
        var poll = new PollDescriptor { Descriptor = Input, Events = Readable };
        return Poll(ref poll, 1, (int)time.TotalMilliseconds) > 0;
    }

    public void Dispose()
    {
        Restore();
        input.Dispose();
        foreach (var signal in signals)
        {
            signal.Dispose();
        }
    }

    // Input that was not read is dropped, because the shell would run it.
    private void Restore() => SetAttributes(Input, Flush, before);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, [Out] byte[] termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte[] termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] termios);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
