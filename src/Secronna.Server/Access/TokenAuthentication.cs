using System.Buffers.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Secronna.Protocol;
using Secronna.Server.Access.Tokens;

namespace Secronna.Server.Access;

/// <summary>
/// Authenticates access tokens of the identity provider (RFC 9068, and plain JWTs with the same claims). The framework's JWT
/// library verifies them. A token is accepted only if it is an access token for this server and is signed by a key that the
/// provider publishes.
/// </summary>
internal sealed class TokenAuthentication(IdentityProviderSettings settings, ProviderKeys keys, AccessCache cache)
{
    // The limit for all headers of a request together is about twice as high.
    private const int MaxTokenLength = 16 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private static readonly string[] Types = ["JWT", "at+jwt"];

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };

    /// <summary>
    /// Finds the caller whom the token authenticates; <c>null</c> if the token is not valid, or if no provider is configured.
    /// </summary>
    /// <exception cref="RequestException">UNAVAILABLE: the provider's keys are not known yet.</exception>
    public async ValueTask<Authenticated?> FindAsync(string token, RequestOrigin origin)
    {
        // Tokens that can't be valid are refused before the provider is asked for anything.
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
        // A signed token has three parts. An encrypted one has five, and is not accepted.
        if (settings.Issuer is null || token.Length > MaxTokenLength || token.Count('.') != 2)
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
            // The token may be any text. For invalid text, the library throws exceptions of many types.
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
        // The key that the token names by its kid. The library gets no other key to choose, by x5t or otherwise.
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = ClockSkew,
    };

    private Caller CallerOf(TokenClaims claims, RequestOrigin origin) =>
        new(claims.ActorType, claims.Subject, claims.WorkspaceId, claims.Name, Roles.Parse(claims.RoleName ?? settings.DefaultRole), origin)
        {
            // A service account has no second factor.
            LacksSecondFactor = settings.RequireMfa && claims is { ActorType: ActorTypes.User, HasSecondFactor: false },
        };

    private sealed record Parsed(JsonWebToken Token, TokenHeader Header, byte[] Payload);
}
