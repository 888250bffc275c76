using Secronna.Cli.Errors;
using Secronna.Cli.Input;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Auth;

/// <summary>Reads the API key or access key that <c>auth login --api-key</c> saves.</summary>
internal static class KeyInput
{
    // Longer than any key, and short enough that endless input does not fill the memory.
    private const int MostLength = 16 * 1024;

    /// <summary>The key.</summary>
    /// <param name="given">The key itself, or <c>-</c> to read it from standard input or ask for it.</param>
    /// <exception cref="UsageException">The text is not a key.</exception>
    public static string Read(string given)
    {
        var key = given == "-" ? ReadOrAsk() : given;
        return KeyTokens.IsOne(key)
            ? key
            : throw new UsageException($"this is not a key: API keys begin with {KeyTokens.ApiKeyStart}, access keys begin with {KeyTokens.AccessKeyStart}");
    }

    private static string ReadOrAsk()
    {
        if (!Console.IsInputRedirected)
        {
            return HiddenPrompt.Ask("Key").Trim();
        }

        var text = new char[MostLength];
        var length = Console.In.ReadBlock(text);
        return new string(text, 0, length).Trim();
    }
}
