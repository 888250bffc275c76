namespace Secronna.Cli.Commands.Run;

/// <summary>Finds the file of a program by its name.</summary>
internal static class ProgramPath
{
    // The folders that confstr names, for the case that PATH is not set. The working folder is never searched by default.
    private const string UsualPath = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>
    /// Searches the PATH of this process, not a PATH that a secret sets. A name with a slash is a path already, and Windows
    /// searches by itself.
    /// </summary>
    /// <returns>
    /// The file; <c>null</c> where no file is found. A file that is not executable is returned only if no executable file is found.
    /// </returns>
    public static string? Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal) || OperatingSystem.IsWindows())
        {
            return program;
        }

        var candidates = (Environment.GetEnvironmentVariable("PATH") ?? UsualPath).Split(':')
            .Select(folder => Path.Combine(folder.Length == 0 ? "." : folder, program)).Where(File.Exists).ToList();
        return candidates.Find(IsExecutable) ?? candidates.FirstOrDefault();
    }

    private static bool IsExecutable(string path) => !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
