using System.Security.Cryptography;

namespace Secronna.EndToEndTests.Scanning;

/// <summary>Random texts for secret values. They are long enough never to occur elsewhere by chance.</summary>
internal static class Canary
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Returns a text of letters and digits, which has the same bytes in UTF-8 and in JSON.</summary>
    public static string Plain(int length = 40) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>Returns a text that JSON must escape and that has characters of several bytes in UTF-8.</summary>
    public static string Escaped() => $"{Plain(20)}\"\\\n\t{Plain(20)}\u00e9\u4e2d\U0001F511{Plain(20)}/+<&'{Plain(20)}";
}
