using Secronna.Protocol;

namespace Secronna.Cli.Input;

/// <summary>Where a value to write comes from.</summary>
internal static class ValueInput
{
    private const int MostBytes = Limits.ValueBytes + 2;

    /// <summary>The value that was given, or a file's, or what comes on standard input, or what is typed unseen.</summary>
    /// <exception cref="UsageException">It is given twice.</exception>
    /// <exception cref="CliException">It is no text, or too long; or nothing came where something was to come.</exception>
    public static string Read(string? given, string? file, string key)
    {
        if (given is not null && file is not null)
        {
            throw new UsageException("give a value or --file, not both");
        }

        return given
            ?? (file is not null ? Fitting(InputFile.Read(file))
                : Console.IsInputRedirected ? Some(WithoutLastNewline(Fitting(ReadAll(Console.OpenStandardInput()))), "there is nothing on standard input")
                : Some(HiddenPrompt.Ask($"Value of {key}"), "nothing was typed"));
    }

    /// <summary>The bytes as text.</summary>
    /// <exception cref="CliException">They are not UTF-8.</exception>
    public static string Text(byte[] bytes) => Utf8Text.Read(bytes, "the value is not UTF-8 text: encode it first, as base64 for example");

    // A shell's echo and an editor put one there.
    public static string WithoutLastNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    // A variable that was not set, a key that was pressed too early: not what anyone wants for a password.
    private static string Some(string value, string otherwise) =>
        value.Length > 0 ? value : throw new CliException($"{otherwise}; where an empty value is meant, give it as ''");

    // With a last newline. The server counts exactly.
    private static string Fitting(byte[] bytes) => bytes.Length <= MostBytes
        ? Text(bytes)
        : throw new CliException($"the value is over {Limits.ValueBytes} bytes", ErrorCodes.PayloadTooLarge);

    private static byte[] ReadAll(Stream input)
    {
        var bytes = new byte[MostBytes + 1];
        return bytes[..input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
