using System.Diagnostics;
using System.Runtime.InteropServices;
using Secronna.Cli.Output;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Run;

/// <summary>
/// Runs a program: on Unix in place of this process, so that signals, files and the terminal are the program's own; on Windows as
/// a child process.
/// </summary>
internal static partial class ChildProcess
{
    /// <summary>The exit code of shells for a program that they can't find.</summary>
    public const int NotFound = 127;

    /// <summary>The exit code of shells for a program that they can't execute.</summary>
    public const int NotExecutable = 126;

    private const int NoSuchFile = 2;
    private const int SigPipe = 13;

    /// <summary>Runs a program.</summary>
    /// <returns>The program's exit code. On Unix this returns only if the program could not be started.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        if (ProgramPath.Find(command[0]) is not { } path)
        {
            StandardError.WriteNote(ErrorText.Of(ErrorCodes.NotFound, $"there is no program {command[0]} on the PATH"));
            return NotFound;
        }

        return OperatingSystem.IsWindows()
            ? await RunAsChildAsync(path, command, variables).ConfigureAwait(false)
            : Replace(path, command, variables);
    }

    /// <summary>Runs a program as a child process and waits for its end.</summary>
    /// <returns>The program's exit code.</returns>
    internal static async Task<int> RunAsChildAsync(
        string path, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(path, command.Skip(1));
        start.Environment.Clear();
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        // The terminal sends Ctrl-C to the program too. The program decides what to do, and this process waits for it.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var child = Process.Start(start)!;
        await child.WaitForExitAsync().ConfigureAwait(false);
        return child.ExitCode;
    }

    private static unsafe int Replace(string path, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        // The runtime ignores SIGPIPE, and the new program would inherit that.
        Signal(SigPipe, 0);
        RuntimeDiagnosticFiles.Remove();
        var arguments = Strings(command);
        var environment = Strings([.. variables.Select(variable => $"{variable.Key}={variable.Value}")]);
        fixed (nint* argumentsAt = arguments, environmentAt = environment)
        {
            _ = Execute(path, argumentsAt, environmentAt);
        }

        var error = Marshal.GetLastPInvokeError();
        var code = error == NoSuchFile ? ErrorCodes.NotFound : ErrorCodes.Forbidden;
        StandardError.WriteNote(ErrorText.Of(code, $"the program {command[0]} can't be run: {Marshal.GetPInvokeErrorMessage(error)}"));
        return error == NoSuchFile ? NotFound : NotExecutable;
    }

    // An array that ends with null, as execve takes it. The memory is never freed: the process becomes another program or ends.
    private static nint[] Strings(IReadOnlyList<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
