using Duende.IdentityModel.Client;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>Turns answers with tokens into sign-ins.</summary>
internal static class TokenAnswers
{
    /// <summary>The sign-in of an answer with tokens.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="issuer">The issuer of the provider that answered.</param>
    /// <param name="client">The client that the request was made with.</param>
    /// <param name="now">When the answer arrived; the token's lifetime begins then.</param>
    /// <param name="refreshToken">The refresh token to keep where the answer has no other.</param>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the answer has not the token that the server accepts.</exception>
    public static SignIn SignInOf(TokenResponse answer, string issuer, ProviderClient client, DateTimeOffset now, string? refreshToken)
    {
        var token = TokenOf(answer, client)
            ?? throw IdentityProviderErrors.Invalid($"{issuer} gave no {(client.WantsIdToken ? "ID token" : "access token")}");
        return new SignIn(
            issuer, client.Id, token, (client.WantsIdToken ? ReceivedToken.Expiry(token) : null) ?? now + Lifetime(answer),
            NotEmpty(answer.RefreshToken) ?? refreshToken)
        {
            TokenType = client.WantsIdToken ? client.TokenType : null,
            Audience = client.Audience,
            ClientSecret = client.Secret,
        };
    }

    /// <summary>The token of an answer that the server accepts; <c>null</c> where the answer has none.</summary>
    public static string? TokenOf(TokenResponse answer, ProviderClient client) =>
        NotEmpty(client.WantsIdToken ? answer.IdentityToken : answer.AccessToken);

    // A provider need not say how long a token lasts. Then the token counts as valid for only a short time.
    private static TimeSpan Lifetime(TokenResponse answer) =>
        answer.ExpiresIn > 0 ? TimeSpan.FromSeconds(answer.ExpiresIn) : 2 * AccessTokenRenewal.Margin;

    // The library turns null in JSON into an empty text.
    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
