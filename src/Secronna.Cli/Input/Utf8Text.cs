using System.Text;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Input;

/// <summary>Decodes UTF-8 strictly: invalid bytes are an error, and nothing is replaced or left out.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="error">The message of the error for bytes that are not UTF-8.</param>
    /// <exception cref="CliException">The bytes are not UTF-8.</exception>
    public static string Read(byte[] bytes, string error)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (ArgumentException)
        {
            throw new CliException(error);
        }
    }
}
