using System.Text;

namespace Secronna.Cli;

/// <summary>Text that has to be UTF-8, since nothing of it may be replaced or left out.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes as text.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="otherwise">What is said of bytes that are no such text.</param>
    /// <exception cref="CliException">They are not UTF-8.</exception>
    public static string Read(byte[] bytes, string otherwise)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (ArgumentException)
        {
            throw new CliException(otherwise);
        }
    }
}
