using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>
/// How a person last signed in to a server. A server that was taken over could name another provider, audience or kind of token, to
/// get a token that is good elsewhere. So the person is asked when this changes.
/// </summary>
/// <param name="Issuer">The provider.</param>
/// <param name="ClientId">The client id.</param>
/// <param name="Scope">The scopes, separated by spaces.</param>
/// <param name="Params">The further parameters.</param>
/// <param name="TokenType">The token that the server gets (<see cref="TokenTypes"/>). A file that names none means an access token.</param>
internal sealed record PinnedProvider(
    string Issuer, string ClientId, string Scope, IReadOnlyDictionary<string, string> Params, string TokenType = TokenTypes.AccessToken)
{
    /// <summary>The kind of the token in words.</summary>
    [JsonIgnore]
    public string TokenName => TokenType == TokenTypes.IdToken ? "an ID token" : "an access token";

    // An access token for no certain audience is good for its client at least.
    private string Audience => new ProviderClient(ClientId, null, TokenType) { Parameters = Params }.Audience ?? ClientId;

    /// <summary>Whether both describe the same sign-in.</summary>
    public bool IsSameAs(PinnedProvider other) =>
        (Issuer, ClientId, Scope, TokenType) == (other.Issuer, other.ClientId, other.Scope, other.TokenType)
        && Params.Count == other.Params.Count
        && Params.All(parameter => other.Params.TryGetValue(parameter.Key, out var value) && value == parameter.Value);

    /// <summary>Whether a token of one sign-in is good where a token of the other is.</summary>
    public bool SharesTokensWith(PinnedProvider other) => Issuer.TrimEnd('/') == other.Issuer.TrimEnd('/') && Audience == other.Audience;

    /// <summary>The sign-in in words.</summary>
    public string Describe()
    {
        var parameters = Params.OrderBy(parameter => parameter.Key, StringComparer.Ordinal).Select(parameter => $"{parameter.Key}={parameter.Value}");
        return $"at {Issuer} as client {ClientId}, to get {TokenName} for the scopes {Scope}{(Params.Count == 0 ? "" : $", with {string.Join(", ", parameters)}")}";
    }
}
