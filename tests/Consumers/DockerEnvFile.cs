using System.Text;

namespace Secronna.Tests.Consumers;

/// <summary>
/// Reads files for <c>docker run --env-file</c> as docker does. The rules are those of docker's package kvfile, which reads lines
/// with Go's bufio.Scanner.
/// </summary>
internal static class DockerEnvFile
{
    private const int ScannerBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The variables of a file. Docker takes a key without an equals sign from its own environment, which is empty here.
    /// </summary>
    /// <exception cref="FormatException">Docker would refuse the file.</exception>
    public static IReadOnlyList<(string Key, string Value)> Read(byte[] file)
    {
        var variables = new List<(string, string)>();
        foreach (var (number, line) in Lines(file).Index())
        {
            var text = (number == 0 && line.StartsWith('\uFEFF') ? line[1..] : line).TrimStart();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            var sign = text.IndexOf('=', StringComparison.Ordinal);
            var key = sign < 0 ? text : text[..sign];
            if (key.Length == 0 || key.AsSpan().ContainsAny(' ', '\t'))
            {
                throw new FormatException($"line {number + 1} has no variable's name");
            }

            if (sign >= 0)
            {
                variables.Add((key, text[(sign + 1)..]));
            }
        }

        return variables;
    }

    // A line and its line feed together must fit into the scanner's buffer. One carriage return before the line feed is removed.
    private static IEnumerable<string> Lines(byte[] file)
    {
        for (var start = 0; start < file.Length;)
        {
            var length = file.AsSpan(start).IndexOf((byte)'\n');
            var bytes = file.AsSpan(start, length < 0 ? file.Length - start : length);
            if (bytes.Length >= ScannerBytes)
            {
                throw new FormatException("token too long");
            }

            start += bytes.Length + 1;
            yield return Text(bytes.EndsWith("\r"u8) ? bytes[..^1] : bytes);
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (ArgumentException)
        {
            throw new FormatException("invalid utf8 bytes");
        }
    }
}
