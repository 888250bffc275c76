using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>The caller's credential: a key or token that stays the same, or a sign-in whose access token is renewed.</summary>
internal sealed class Credential
{
    private const int ShownCharacters = 4;

    private readonly Func<CancellationToken, ValueTask<string>> token;

    private Credential(string? key, string hint, Func<CancellationToken, ValueTask<string>> token) => (Key, Hint, this.token) = (key, hint, token);

    /// <summary>The API key or access key; <c>null</c> where the credential is an access token.</summary>
    public string? Key { get; }

    /// <summary>A description that may be printed.</summary>
    public string Hint { get; }

    /// <summary>A key, or an access token that this program does not renew.</summary>
    public static Credential Of(string text) => KeyTokens.IsOne(text)
        ? new Credential(text, HintOf(text), _ => ValueTask.FromResult(text))
        : new Credential(null, "an access token", _ => ValueTask.FromResult(text));

    /// <summary>A sign-in.</summary>
    public static Credential Of(SignIn signIn, AccessTokenRenewal token) => new(null, $"a sign-in with {signIn.Issuer}", token.GetAsync);

    /// <summary>The token to send with the next request.</summary>
    public ValueTask<string> TokenAsync(CancellationToken cancellation) => token(cancellation);

    // The last four characters tell keys apart, and leave nearly all of the key's 256 random bits unknown.
    private static string HintOf(string key)
    {
        var prefix = key[..KeyTokens.ApiKeyStart.Length];
        return key.Length >= prefix.Length + (4 * ShownCharacters) ? $"{prefix}…{key[^ShownCharacters..]}" : $"{prefix}…";
    }
}
