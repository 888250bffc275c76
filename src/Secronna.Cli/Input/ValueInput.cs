using Secronna.Protocol;

namespace Secronna.Cli.Input;

/// <summary>Where a value to write comes from.</summary>
internal static class ValueInput
{
    /// <summary>The value that was given, or a file's, or what comes on standard input, or what is typed unseen.</summary>
    /// <exception cref="UsageException">It is given twice, or is no text, or is too long.</exception>
    public static string Read(string? given, string? file, string key)
    {
        if (given is not null && file is not null)
        {
            throw new UsageException("give a value or --file, not both");
        }

        return given
            ?? (file is not null ? Text(File.ReadAllBytes(file)) : null)
            ?? (Console.IsInputRedirected ? WithoutLastNewline(Text(ReadAll(Console.OpenStandardInput()))) : HiddenPrompt.Ask($"Value of {key}"));
    }

    /// <summary>The bytes as text.</summary>
    /// <exception cref="CliException">They are not UTF-8.</exception>
    public static string Text(byte[] bytes) => Utf8Text.Read(bytes, "the value is not UTF-8 text: encode it first, as base64 for example");

    // A shell's echo and an editor put one there.
    public static string WithoutLastNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    private static byte[] ReadAll(Stream input)
    {
        // One more than may be: the server says that it is too long.
        var bytes = new byte[Limits.ValueBytes + 3];
        var length = input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length == 0)
        {
            throw new CliException("there is nothing on standard input; where an empty value is meant, give it as ''");
        }

        return length < bytes.Length ? bytes[..length] : throw new CliException($"the value is over {Limits.ValueBytes} bytes", ErrorCodes.PayloadTooLarge);
    }
}
