using System.Buffers.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Secronna.Protocol;
using Secronna.Server.Access.Tokens;

namespace Secronna.Server.Access;

/// <summary>
/// Who an access token of the identity provider is (RFC 9068, and plain JWTs of the same claims). The framework's JWT
/// library verifies it; what is not a signed access token for this server, by a key that the provider publishes, is nobody.
/// </summary>
internal sealed class TokenAuthentication(IdentityProviderSettings settings, ProviderKeys keys, AccessCache cache)
{
    // A header of a request has no room for more than twice as much.
    private const int MostCharacters = 16 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private static readonly string[] Types = ["JWT", "at+jwt"];

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MostCharacters };

    /// <summary>The token's caller; null when the token isn't a valid one, or no provider is configured.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: the provider's keys are not known yet.</exception>
    public async ValueTask<Authenticated?> FindAsync(string token, RequestOrigin origin)
    {
        // What can't be this server's token is found out before its provider is asked for anything.
        if (Parse(token) is not var (parsed, header, payload)
            || !VerificationKeys.Algorithms.Contains(header.Algorithm)
            || !Types.Contains(header.Type)
            || !await IsVerifiedAsync(parsed, header)
            || TokenClaims.Read(payload, settings.Claims) is not { } claims)
        {
            return null;
        }

        return new Authenticated(CallerOf(claims, origin), await cache.IsAllowedAsync(claims.WorkspaceId));
    }

    private Parsed? Parse(string token)
    {
        // A signed token has three parts; an encrypted one five.
        if (settings.Issuer is null || token.Length > MostCharacters || token.Count('.') != 2)
        {
            return null;
        }

        try
        {
            var parsed = new JsonWebToken(token);
            return parsed.Issuer == settings.Issuer
                && TokenHeader.Read(Base64Url.DecodeFromChars(parsed.EncodedHeader)) is { } header
                ? new Parsed(parsed, header, Base64Url.DecodeFromChars(parsed.EncodedPayload))
                : null;
        }
        catch (Exception)
        {
            // Anyone can send anything, and what the library then throws is of many kinds.
            return null;
        }
    }

    private async ValueTask<bool> IsVerifiedAsync(JsonWebToken token, TokenHeader header)
    {
        var current = await keys.CurrentAsync()
            ?? throw Errors.Unavailable("the identity provider can't be reached: try again, or use an API key");
        if (!current.Knows(header.KeyId))
        {
            current = await keys.NewerThanAsync(current) ?? current;
        }

        return current.Find(header.KeyId, header.Algorithm) is { } key
            && (await handler.ValidateTokenAsync(token, Parameters(key))).IsValid;
    }

    private TokenValidationParameters Parameters(SecurityKey key) => new()
    {
        ValidIssuer = settings.Issuer,
        ValidAudiences = settings.Audiences,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = VerificationKeys.Algorithms,
        ValidTypes = Types,
        // The one that the token names: the library has no other to pick, by x5t or else.
        IssuerSigningKey = key,
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

    private sealed record Parsed(JsonWebToken Token, TokenHeader Header, byte[] Payload);
}
