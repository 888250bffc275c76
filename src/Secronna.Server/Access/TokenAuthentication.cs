using System.Buffers.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Secronna.Protocol;
using Secronna.Server.Access.Huudis;
using Secronna.Server.Configuration;

namespace Secronna.Server.Access;

/// <summary>
/// Who an access token of the identity provider is (RFC 9068, and plain JWTs of the same claims). The framework's JWT
/// library verifies it; what is not a signed access token for this server, by a key that the provider publishes, is nobody.
/// </summary>
internal sealed class TokenAuthentication(HuudisSettings settings, ProviderKeys keys, AccessCache cache)
{
    // A header of a request has no room for more than twice as much.
    private const int MostCharacters = 16 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Families of signatures by keys that the provider alone has: never one whose key is public, and never none.
    private static readonly string[] Algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"];
    private static readonly string[] Types = ["JWT", "at+jwt"];

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MostCharacters };

    /// <summary>The token's caller; null when the token isn't a valid one, or no provider is configured.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: the provider's keys are not known yet.</exception>
    public async ValueTask<Authenticated?> FindAsync(string token, RequestOrigin origin)
    {
        // A signed token has three parts; an encrypted one five.
        if (settings.Issuer is null || token.Length > MostCharacters || token.Count('.') != 2
            || await VerifyAsync(token) is not { } verified
            || !TokenClaims.SaysNothingTwice(Base64Url.DecodeFromChars(verified.EncodedHeader))
            || verified.TryGetHeaderValue<object>("crit", out _)
            || TokenClaims.Read(Base64Url.DecodeFromChars(verified.EncodedPayload), settings.Claims) is not { } claims)
        {
            return null;
        }

        return new Authenticated(CallerOf(claims, origin), await cache.IsAllowedAsync(claims.WorkspaceId));
    }

    private async ValueTask<JsonWebToken?> VerifyAsync(string token)
    {
        var current = await keys.CurrentAsync();
        var result = await handler.ValidateTokenAsync(token, Parameters(current));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await keys.NewerThanAsync(current) is { } newer)
        {
            result = await handler.ValidateTokenAsync(token, Parameters(newer));
        }

        return result.IsValid ? (JsonWebToken)result.SecurityToken : null;
    }

    private TokenValidationParameters Parameters(IReadOnlyCollection<SecurityKey> current) => new()
    {
        ValidIssuer = settings.Issuer,
        ValidAudiences = settings.Audiences,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = Algorithms,
        ValidTypes = Types,
        IssuerSigningKeys = current,
        // A token names its key; guessing would let a key be used that was meant for something else.
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = ClockSkew,
    };

    private Caller CallerOf(TokenClaims claims, RequestOrigin origin) =>
        new(claims.ActorType, claims.Subject, claims.WorkspaceId, claims.Name, Roles.Parse(claims.Role ?? settings.DefaultRole), origin)
        {
            // A program has no second factor to show.
            LacksSecondFactor = settings.RequireMfa && claims is { ActorType: ActorTypes.User, HasSecondFactor: false },
        };
}
