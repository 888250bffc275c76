using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Secronna.Cli.Input;

/// <summary>
/// The terminal of standard input in raw mode: nothing is echoed, and keys come as they are pressed, Ctrl-C among them. It
/// is put back when this is disposed of, also where a signal ends the program meanwhile.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class RawTerminal : IDisposable
{
    private const int Input = 0;

    // tcsetattr: once all output is written, and without what was typed before.
    private const int Flush = 2;
    private const short Readable = 1;

    // More than any system's struct termios.
    private const int MostTermiosBytes = 256;

    private readonly byte[] before;

    // Not the console's stream, which sets the terminal up in its own way for each read.
    private readonly FileStream input = new(new SafeFileHandle(Input, ownsHandle: false), FileAccess.Read, bufferSize: 0);
    private readonly PosixSignalRegistration[] signals;

    private RawTerminal(byte[] before, byte[] raw)
    {
        this.before = before;
        signals =
        [
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, _ => PutBack())),
            // Its shell had the terminal meanwhile.
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => SetAttributes(Input, Flush, raw)),
        ];
    }

    /// <summary>Takes the terminal.</summary>
    /// <exception cref="CliException">Standard input is no terminal that can be told to be silent.</exception>
    public static RawTerminal Take()
    {
        var before = new byte[MostTermiosBytes];
        if (GetAttributes(Input, before) == 0)
        {
            var raw = before.ToArray();
            MakeRaw(raw);

            // Whatever ends the program from here on puts it back.
            var terminal = new RawTerminal(before, raw);
            if (SetAttributes(Input, Flush, raw) == 0)
            {
                return terminal;
            }

            terminal.Dispose();
        }

        throw new CliException("the terminal can't be kept from showing what is typed: use standard input or --file");
    }

    /// <summary>Waits for a key, which may give more than one byte.</summary>
    /// <exception cref="OperationCanceledException">The terminal is gone.</exception>
    public byte ReadByte() => input.ReadByte() is >= 0 and var pressed ? (byte)pressed : throw new OperationCanceledException();

    /// <summary>Whether more comes within a time, as it does after the first line of what was pasted.</summary>
    public static bool HasMore(TimeSpan time)
    {
        var poll = new PollDescriptor { Descriptor = Input, Events = Readable };
        return Poll(ref poll, 1, (int)time.TotalMilliseconds) > 0;
    }

    public void Dispose()
    {
        PutBack();
        input.Dispose();
        foreach (var signal in signals)
        {
            signal.Dispose();
        }
    }

    // What was typed and not read is dropped: a shell would run it.
    private void PutBack() => SetAttributes(Input, Flush, before);

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
