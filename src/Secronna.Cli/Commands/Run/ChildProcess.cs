using System.Diagnostics;
using System.Runtime.InteropServices;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Run;

/// <summary>Runs a command in this program's place, where the system can, or beside it.</summary>
internal static partial class Child
{
    /// <summary>What shells say when they don't find a command.</summary>
    public const int NotFound = 127;

    /// <summary>What they say when they may not run it.</summary>
    public const int NotExecutable = 126;

    // Where there is no PATH, as confstr has it; never the folder that one is in.
    private const string UsualPath = "/usr/local/bin:/usr/bin:/bin";
    private const int NoSuchFile = 2;
    private const int SigPipe = 13;

    /// <summary>The command's exit code; on Unix it comes back only where the command could not be run.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        if (Find(command[0]) is not { } path)
        {
            Invocation.Note(Advice.Of(ErrorCodes.NotFound, $"{command[0]} is not there, or not on the PATH"));
            return NotFound;
        }

        return OperatingSystem.IsWindows()
            ? await BesideAsync(path, command, variables).ConfigureAwait(false)
            : Replace(path, command, variables);
    }

    // By the PATH of this program, not by one that a secret sets.
    private static string? Find(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal) || OperatingSystem.IsWindows())
        {
            return command;
        }

        var candidates = (Environment.GetEnvironmentVariable("PATH") ?? UsualPath).Split(':')
            .Select(folder => Path.Combine(folder.Length == 0 ? "." : folder, command)).Where(File.Exists).ToList();
        return candidates.Find(IsExecutable) ?? candidates.FirstOrDefault();
    }

    private static bool IsExecutable(string path) => !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static unsafe int Replace(string path, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        // The runtime ignores it, and what is ignored stays so.
        Signal(SigPipe, 0);
        RuntimeFiles.Remove();
        var arguments = Strings(command);
        var environment = Strings([.. variables.Select(variable => $"{variable.Key}={variable.Value}")]);
        fixed (nint* argumentsAt = arguments, environmentAt = environment)
        {
            _ = Execute(path, argumentsAt, environmentAt);
        }

        var error = Marshal.GetLastPInvokeError();
        Invocation.Note(Advice.Of(error == NoSuchFile ? ErrorCodes.NotFound : ErrorCodes.Forbidden, $"{command[0]} can't be run: {Marshal.GetPInvokeErrorMessage(error)}"));
        return error == NoSuchFile ? NotFound : NotExecutable;
    }

    // Ended by a null. Never freed: the process becomes another one, or ends.
    private static nint[] Strings(IReadOnlyList<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    /// <summary>Beside this program, where no process can become another: waits for its end, and gives its exit code.</summary>
    internal static async Task<int> BesideAsync(
        string path, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(path, command.Skip(1));
        start.Environment.Clear();
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        // Ctrl-C goes to the command too, which decides.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var child = Process.Start(start)!;
        await child.WaitForExitAsync().ConfigureAwait(false);
        return child.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
