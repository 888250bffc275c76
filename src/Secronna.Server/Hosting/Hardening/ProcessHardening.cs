using System.Runtime.InteropServices;

namespace Secronna.Server.Hosting.Hardening;

/// <summary>
/// Keeps the process's memory off the disk (S28). The runtime reads some of its settings from environment variables before any
/// managed code runs, so the program executes itself again with these variables, under the same process id.
/// </summary>
internal static partial class ProcessHardening
{
    private const int PrSetDumpable = 4;
    private const int RlimitCore = 4;

    private static readonly (string Name, string Value)[] Variables =
    [
        ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_DbgEnableMiniDump", "0"),
        ("DOTNET_EnableCrashReport", "0"),
    ];

    /// <summary>
    /// Hardens the process on Linux, and returns only in a hardened process. On other systems it does nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process could not be hardened.</exception>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        _ = Umask(0b000_111_111);
        if (Array.Exists(Variables, variable => Environment.GetEnvironmentVariable(variable.Name) != variable.Value))
        {
            ExecuteAgain();
        }

        var none = new ResourceLimit();
        if (SetResourceLimit(RlimitCore, in none) != 0 || ProcessControl(PrSetDumpable, 0, 0, 0, 0) != 0)
        {
            throw new InvalidOperationException(
                "core dumps could not be turned off; set Secronna__Diagnostics=true to start without hardening");
        }
    }

    private static void ExecuteAgain()
    {
        var arguments = ReadNullSeparated("/proc/self/cmdline");
        var environment = ReadNullSeparated("/proc/self/environ")
            .Where(entry => !Array.Exists(Variables, variable => entry.StartsWith(variable.Name + "=", StringComparison.Ordinal)))
            .Concat(Variables.Select(variable => $"{variable.Name}={variable.Value}"));
        DeleteDiagnosticsFiles();
        _ = Execute("/proc/self/exe", [.. arguments, null], [.. environment, null]);
        throw new InvalidOperationException(
            $"the program could not execute itself (errno {Marshal.GetLastPInvokeError()}); "
            + "set Secronna__Diagnostics=true to start without hardening");
    }

    // The runtime created the files of its diagnostics port before the program could turn the port off. Executing again skips the
    // runtime's shutdown, so nothing else would delete the files.
    private static void DeleteDiagnosticsFiles()
    {
        const int StartTime = 19; // index after the program's name, which is in parentheses: proc_pid_stat(5)
        var fields = File.ReadAllText("/proc/self/stat", System.Text.Encoding.Latin1).Split(") ")[^1].Split(' ');
        var process = $"{Environment.ProcessId}-{fields[StartTime]}";
        string[] names = [$"dotnet-diagnostic-{process}-socket", $"clr-debug-pipe-{process}-in", $"clr-debug-pipe-{process}-out"];
        foreach (var name in names)
        {
            try
            {
                File.Delete(Path.Combine(Path.GetTempPath(), name));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The file remains, and is harmless, because nothing listens on it any more.
                continue;
            }
        }
    }

    private static string[] ReadNullSeparated(string path)
    {
        // Latin-1 maps every byte to one character and back.
        var text = File.ReadAllText(path, System.Text.Encoding.Latin1);
        return text.TrimEnd('\0').Split('\0');
    }

    private static unsafe int Execute(string path, string?[] arguments, string?[] environment)
    {
        fixed (byte* file = Latin1(path))
        {
            return ExecuteNative(file, Pointers(arguments), Pointers(environment));
        }
    }

    // The memory is never freed, because execve replaces the program and its memory.
    private static unsafe byte** Pointers(string?[] texts)
    {
        var pointers = (byte**)NativeMemory.Alloc((nuint)texts.Length, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
        {
            pointers[i] = texts[i] is { } text ? Copy(Latin1(text)) : null;
        }

        return pointers;
    }

    private static unsafe byte* Copy(byte[] bytes)
    {
        var copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    private static byte[] Latin1(string text) => System.Text.Encoding.Latin1.GetBytes(text + "\0");

    private readonly struct ResourceLimit
    {
        public readonly nuint Current;
        public readonly nuint Maximum;
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static unsafe partial int ExecuteNative(byte* path, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetResourceLimit(int resource, in ResourceLimit limit);
}
