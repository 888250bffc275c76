using System.Text;

namespace Secronna.Cli.Formats;

/// <summary>
/// A file for <c>docker run --env-file</c>: a value is taken as it stands up to the end of its line, but for one carriage
/// return before that. Nothing is quoted.
/// </summary>
internal static class DockerFormat
{
    // Of Go's bufio.Scanner, by which docker reads: 64 KiB with the line feed.
    private const int LongestLine = (64 * 1024) - 1;

    /// <summary>The line of a key and its value.</summary>
    /// <exception cref="CliException">The format can't hold it.</exception>
    public static string Line(string key, string value)
    {
        if (key.Length == 0 || key[0] is '#' or '\uFEFF' || key.Contains('=', StringComparison.Ordinal) || key.Any(char.IsWhiteSpace))
        {
            throw new CliException($"{key} can't be the name of a variable there: leave it out with --only");
        }

        if (Reason(value) is { } reason)
        {
            throw Refused(key, reason);
        }

        var line = value.EndsWith('\r') ? $"{key}={value}\r" : $"{key}={value}";
        return Encoding.UTF8.GetByteCount(line) <= LongestLine
            ? line
            : throw Refused(key, $"makes a line of over {LongestLine} bytes");
    }

    private static string? Reason(string value) =>
        value.Contains('\n', StringComparison.Ordinal) ? "has a line break"
        : value.Contains('\0', StringComparison.Ordinal) ? "has a U+0000"
        : null;

    private static CliException Refused(string key, string reason) =>
        new($"the value of {key} {reason}, which docker's files can't hold: leave it out with --only");
}
