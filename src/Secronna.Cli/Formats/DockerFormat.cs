using System.Text;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Formats;

/// <summary>
/// Writes a file for <c>docker run --env-file</c>. Docker takes a value unchanged up to the end of its line, except for one
/// carriage return before the line feed. There are no quotes.
/// </summary>
internal static class DockerFormat
{
    // Docker reads lines by Go's bufio.Scanner, whose limit is 64 KiB with the line feed.
    private const int LongestLine = (64 * 1024) - 1;

    /// <summary>The line of a key and its value.</summary>
    /// <exception cref="CliException">The format can't hold the key or the value.</exception>
    public static string Line(string key, string value)
    {
        if (key.Length == 0 || key[0] is '#' or '\uFEFF' || key.Contains('=', StringComparison.Ordinal) || key.Any(char.IsWhiteSpace))
        {
            throw new CliException($"{key} can't be the name of a variable in the docker format: leave it out with --only");
        }

        if (Reason(value) is { } reason)
        {
            throw Refused(key, reason);
        }

        var line = value.EndsWith('\r') ? $"{key}={value}\r" : $"{key}={value}";
        return Encoding.UTF8.GetByteCount(line) <= LongestLine
            ? line
            : throw Refused(key, $"makes a line longer than {LongestLine} bytes");
    }

    private static string? Reason(string value) =>
        value.Contains('\n', StringComparison.Ordinal) ? "contains a line break"
        : value.Contains('\0', StringComparison.Ordinal) ? "contains U+0000"
        : null;

    private static CliException Refused(string key, string reason) =>
        new($"the value of {key} {reason}, which the docker format can't hold: leave it out with --only");
}
