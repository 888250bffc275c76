using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>Who asks: a key or token as it is, or a sign-in whose access token is renewed.</summary>
internal sealed class Credential
{
    private const int ShownOfAKey = 4;

    private readonly Func<CancellationToken, ValueTask<string>> token;

    private Credential(string? key, string hint, Func<CancellationToken, ValueTask<string>> token) => (Key, Hint, this.token) = (key, hint, token);

    /// <summary>The API key or access key; null where it is something else.</summary>
    public string? Key { get; }

    /// <summary>What may be shown of it.</summary>
    public string Hint { get; }

    /// <summary>A key, or a token that someone else renews.</summary>
    public static Credential Of(string text) => KeyTokens.IsOne(text)
        ? new Credential(text, HintOf(text), _ => ValueTask.FromResult(text))
        : new Credential(null, "an access token", _ => ValueTask.FromResult(text));

    /// <summary>Someone signed in.</summary>
    public static Credential Of(SignIn signIn, RenewedToken token) => new(null, $"a sign-in with {signIn.Issuer}", token.GetAsync);

    /// <summary>What to send with the next request.</summary>
    public ValueTask<string> TokenAsync(CancellationToken cancellation) => token(cancellation);

    // The last characters tell keys apart, and leave as good as all of its 256 bits unknown.
    private static string HintOf(string key)
    {
        var prefix = key[..KeyTokens.ApiKeyStart.Length];
        return key.Length >= prefix.Length + (4 * ShownOfAKey) ? $"{prefix}…{key[^ShownOfAKey..]}" : $"{prefix}…";
    }
}
