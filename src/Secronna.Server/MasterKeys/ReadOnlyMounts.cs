namespace Secronna.Server.MasterKeys;

/// <summary>The file systems that are mounted read-only for this process, by /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class ReadOnlyMounts
{
    private const int MountPoint = 4;
    private const int Options = 5;

    /// <summary>Whether the innermost mount that holds the path is read-only.</summary>
    public static bool Contain(string path)
    {
        try
        {
            return Contain(File.ReadAllLines("/proc/self/mountinfo"), Path.GetFullPath(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether the innermost mount in these lines that holds the path is read-only.</summary>
    public static bool Contain(IEnumerable<string> mounts, string path) => mounts
        .Select(line => line.Split(' '))
        .Where(fields => fields.Length > Options && Holds(Unescape(fields[MountPoint]), path))
        // Of several mounts on one point the last hides the others, and MaxBy takes the first of equals.
        .Reverse()
        .MaxBy(fields => fields[MountPoint].Length)?[Options].Split(',').Contains("ro") ?? false;

    // The kernel writes these characters of a path as a backslash and three octal digits. The backslash itself comes last here,
    // so that what follows one in the path is not read as digits.
    private static string Unescape(string field) => field
        .Replace(@"\040", " ", StringComparison.Ordinal)
        .Replace(@"\011", "\t", StringComparison.Ordinal)
        .Replace(@"\012", "\n", StringComparison.Ordinal)
        .Replace(@"\043", "#", StringComparison.Ordinal)
        .Replace(@"\134", @"\", StringComparison.Ordinal);

    private static bool Holds(string mountPoint, string path) =>
        path == mountPoint || path.StartsWith(mountPoint.TrimEnd('/') + "/", StringComparison.Ordinal);
}
