using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Secronna.IdentityProvider.Flows;

/// <summary>A request of the authorization code flow.</summary>
public sealed record CodeRequest
{
    public required Uri RedirectUri { get; init; }

    /// <summary>The PKCE code verifier (RFC 7636); <c>null</c> leaves PKCE out.</summary>
    public string? Verifier { get; init; } = NewVerifier();

    /// <summary>The PKCE method: <c>S256</c>, or <c>plain</c>, which sends the verifier itself.</summary>
    public string ChallengeMethod { get; init; } = "S256";

    public string Scope { get; init; } = ProviderClient.DefaultScope;

    public string? State { get; init; }

    public string? Nonce { get; init; }

    /// <summary>Returns a random verifier of 43 characters, 256 bits (RFC 7636, section 4.1).</summary>
    public static string NewVerifier() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    internal Dictionary<string, string> ToParameters(string clientId)
    {
        var parameters = new Dictionary<string, string>
        {
            ["client_id"] = clientId,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectUri.OriginalString,
            ["scope"] = Scope,
        };
        if (State is not null)
        {
            parameters["state"] = State;
        }

        if (Nonce is not null)
        {
            parameters["nonce"] = Nonce;
        }

        if (Verifier is not null)
        {
            parameters["code_challenge_method"] = ChallengeMethod;
            parameters["code_challenge"] = ChallengeMethod == "S256"
                ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)))
                : Verifier;
        }

        return parameters;
    }
}
