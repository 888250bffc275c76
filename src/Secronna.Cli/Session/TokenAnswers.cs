using Duende.IdentityModel.Client;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>Turns answers with tokens into sign-ins.</summary>
internal static class TokenAnswers
{
    /// <summary>The sign-in of an answer with tokens.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="issuer">The issuer of the provider that answered.</param>
    /// <param name="clientId">The client id that the request was made with.</param>
    /// <param name="now">When the answer arrived; the token's lifetime begins then.</param>
    /// <param name="refreshToken">The refresh token to keep where the answer has no other.</param>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the answer has no access token.</exception>
    public static SignIn SignInOf(TokenResponse answer, string issuer, string clientId, DateTimeOffset now, string? refreshToken) => new(
        issuer, clientId, NotEmpty(answer.AccessToken) ?? throw IdentityProviderErrors.Invalid($"{issuer} gave no access token"),
        now + Lifetime(answer), NotEmpty(answer.RefreshToken) ?? refreshToken);

    // A provider need not say how long a token lasts. Then the token counts as valid for only a short time.
    private static TimeSpan Lifetime(TokenResponse answer) =>
        answer.ExpiresIn > 0 ? TimeSpan.FromSeconds(answer.ExpiresIn) : 2 * AccessTokenRenewal.Margin;

    // The library turns null in JSON into an empty text.
    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
