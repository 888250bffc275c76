using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>The tokens that the identity provider gave to a person who signed in.</summary>
/// <param name="Issuer">The provider. The refresh token is sent to no one else.</param>
/// <param name="ClientId">The client id that the person signed in with.</param>
/// <param name="AccessToken">The token that the server accepts: an access token or an ID token.</param>
/// <param name="ExpiresAt">When this token expires.</param>
/// <param name="RefreshToken">The token that renews the access token; <c>null</c> where the provider gives none.</param>
internal sealed record SignIn(string Issuer, string ClientId, string AccessToken, DateTimeOffset ExpiresAt, string? RefreshToken)
{
    /// <summary>The kind of the token (<see cref="TokenTypes"/>); <c>null</c> means an access token.</summary>
    public string? TokenType { get; init; }

    /// <summary>The audience that renewed tokens must have too; <c>null</c> where it is not known.</summary>
    public string? Audience { get; init; }

    /// <summary>The client's secret, which everyone knows; <c>null</c> where it has none.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The client that renews the sign-in.</summary>
    [JsonIgnore]
    public ProviderClient Client => new(ClientId, ClientSecret, TokenType ?? TokenTypes.AccessToken) { Audience = Audience };

    /// <summary>Contains no token.</summary>
    public override string ToString() => $"{nameof(SignIn)} {{ {nameof(Issuer)} = {Issuer} }}";
}
