namespace Secronna.Cli.Session;

/// <summary>The tokens that the identity provider gave to a person who signed in.</summary>
/// <param name="Issuer">The provider. The refresh token is sent to no one else.</param>
/// <param name="ClientId">The client id that the person signed in with.</param>
/// <param name="AccessToken">The token that the server accepts.</param>
/// <param name="ExpiresAt">When the access token expires.</param>
/// <param name="RefreshToken">The token that renews the access token; <c>null</c> where the provider gives none.</param>
internal sealed record SignIn(string Issuer, string ClientId, string AccessToken, DateTimeOffset ExpiresAt, string? RefreshToken)
{
    /// <summary>Contains no token.</summary>
    public override string ToString() => $"{nameof(SignIn)} {{ {nameof(Issuer)} = {Issuer} }}";
}
