using System.Text;
using Secronna.Cli.Errors;
using Secronna.Cli.Output;
using Secronna.Protocol;

namespace Secronna.Cli.Formats;

/// <summary>The server's rules on keys and values, checked before an import sends anything.</summary>
internal static class ImportRules
{
    private const int LongestShown = 64;

    /// <summary>Checks a key and its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">
    /// Where they are in the file, for errors. A key that breaks the rules is not shown: in a broken file it may be part of a value.
    /// </param>
    /// <exception cref="CliException">The key or the value breaks a rule.</exception>
    public static void Require(string key, string value, string place)
    {
        if (!Names.IsKey(key))
        {
            throw new CliException(
                $"{place}: the key is not allowed. A key is a letter or underscore, then letters, digits and underscores, at most {Limits.KeyLength} characters");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"{place}: the value of {key} contains U+0000, which no secret can hold");
        }

        if (Encoding.UTF8.GetByteCount(value) > Limits.ValueBytes)
        {
            throw new CliException($"{place}: the value of {key} is longer than {Limits.ValueBytes} bytes", ErrorCodes.PayloadTooLarge);
        }
    }

    /// <summary>The key of a file, shortened and safe to show at a terminal.</summary>
    public static string Shown(string key) => Printer.Plain(key.Length > LongestShown ? key[..LongestShown] + "…" : key);
}
