using System.Security.Cryptography;

namespace Secronna.EndToEndTests.Scanning;

/// <summary>Random texts that nothing else in the world holds.</summary>
internal static class Canary
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Plain(int length = 40) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>One that JSON must escape and UTF-8 needs more bytes for.</summary>
    public static string Escaped() => $"{Plain(20)}\"\\\n\t{Plain(20)}\u00e9\u4e2d\U0001F511{Plain(20)}/+<&'{Plain(20)}";
}
