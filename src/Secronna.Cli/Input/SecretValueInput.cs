using Secronna.Cli.Errors;
using Secronna.Protocol;

namespace Secronna.Cli.Input;

/// <summary>Reads the value that <c>secret set</c> writes.</summary>
internal static class SecretValueInput
{
    // One value and a line break after it, which is removed. The server checks the exact limit.
    private const int MostBytes = Limits.ValueBytes + 2;

    /// <summary>The value of the command line, else of a file, else from standard input, else typed at the terminal.</summary>
    /// <exception cref="UsageException">Both a value and a file are given.</exception>
    /// <exception cref="CliException">The value is not UTF-8 text, or too long; or standard input or the typed line is empty.</exception>
    public static string Read(string? given, string? file, string key)
    {
        if (given is not null && file is not null)
        {
            throw new UsageException("give either a value or --file, not both");
        }

        return given
            ?? (file is not null ? Decode(InputFile.Read(file))
                : Console.IsInputRedirected ? NotEmpty(WithoutLastLineBreak(Decode(ReadAll(Console.OpenStandardInput()))), "standard input is empty")
                : NotEmpty(HiddenPrompt.Ask($"Value of {key}"), "nothing was typed"));
    }

    /// <summary>Decodes a value.</summary>
    /// <exception cref="CliException">The bytes are not UTF-8.</exception>
    public static string Text(byte[] bytes) => Utf8Text.Read(bytes, "the value is not UTF-8 text: encode it first, for example as base64");

    // A shell's echo and most editors end a file with a line break.
    private static string WithoutLastLineBreak(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    // Empty input mostly comes from a variable that was not set or a key pressed too early, not from a wanted empty value.
    private static string NotEmpty(string value, string error) =>
        value.Length > 0 ? value : throw new CliException($"{error}: to write an empty value, give it as ''");

    private static string Decode(byte[] bytes) => bytes.Length <= MostBytes
        ? Text(bytes)
        : throw new CliException($"the value is longer than {Limits.ValueBytes} bytes", ErrorCodes.PayloadTooLarge);

    private static byte[] ReadAll(Stream input)
    {
        var bytes = new byte[MostBytes + 1];
        return bytes[..input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
