using System.Buffers.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Secronna.Protocol;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Installation;

namespace Secronna.Server.Access;

/// <summary>
/// Authenticates tokens of the identity provider. The framework's JWT library verifies the signature, the issuer and the
/// audience. A token is accepted only if it is of the kind that the settings want, is for this server, and is signed by a key
/// that the provider publishes.
/// </summary>
internal sealed class TokenAuthentication(
    IdentityProviderSettings settings, ProviderKeys keys, AccessCache cache, BelievedClock clock, TimeProvider time,
    ILogger<TokenAuthentication> log)
{
    // The limit for all headers of a request together is about twice as high.
    private const int MaxTokenLength = 16 * 1024;

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly OnceAMinute issuerWarning = new(time);
    private readonly OnceAMinute groupsWarning = new(time);

    /// <summary>
    /// Finds the caller whom the token authenticates; <c>null</c> if the token is not valid, or if no provider is configured.
    /// </summary>
    /// <exception cref="RequestException">UNAVAILABLE: the provider's keys are not known yet.</exception>
    public async ValueTask<Authenticated?> FindAsync(string token, RequestOrigin origin)
    {
        // Tokens that can't be valid are refused before the provider is asked for anything.
        if (Parse(token) is not var (parsed, header, payload)
            || !VerificationKeys.Algorithms.Contains(header.Algorithm)
            || !TokenPurpose.IsKnownType(header.Type)
            || !await IsVerifiedAsync(parsed, header)
            || TokenClaims.Read(payload, header, settings, clock.Now) is not { } claims)
        {
            return null;
        }

        if (claims.Groups.AreOmitted && groupsWarning.IsDue())
        {
            ProviderLog.GroupsOmitted(log, claims.Subject);
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
            return IsFromIssuer(parsed.Issuer)
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

    private bool IsFromIssuer(string issuer)
    {
        if (issuer == settings.Issuer)
        {
            return true;
        }

        // Nobody has signed this yet. What is logged is a name that differs from the setting by slashes alone.
        if (issuer.TrimEnd('/') == settings.Issuer!.TrimEnd('/') && issuer.Length <= settings.Issuer.Length + 1 && issuerWarning.IsDue())
        {
            ProviderLog.IssuerDiffersBySlash(log, issuer);
        }

        return false;
    }

    private async ValueTask<bool> IsVerifiedAsync(JsonWebToken token, TokenHeader header)
    {
        var current = await keys.CurrentAsync()
            ?? throw Errors.Unavailable("the identity provider can't be reached: try again, or use an API key");
        var result = await VerifyAsync(token, header, current);
        if (result is null or { Exception: SecurityTokenInvalidSignatureException } && await keys.NewerThanAsync(current) is { } newer)
        {
            // The key is new, or another key has taken over the id of an earlier one.
            result = await VerifyAsync(token, header, newer);
        }

        return result is { IsValid: true };
    }

    private async ValueTask<TokenValidationResult?> VerifyAsync(JsonWebToken token, TokenHeader header, VerificationKeys known) =>
        known.Find(header.KeyId, header.Algorithm) is { } key ? await handler.ValidateTokenAsync(token, Parameters(key)) : null;

    private TokenValidationParameters Parameters(SecurityKey key) => new()
    {
        ValidIssuer = settings.Issuer,
        ValidAudiences = settings.Audiences,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = VerificationKeys.Algorithms,
        // The key that the token names by its kid. The library gets no other key to choose, by x5t or otherwise.
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        // TokenTimes checks the times, by the clock that judges expiry.
        ValidateLifetime = false,
    };

    private Caller CallerOf(TokenClaims claims, RequestOrigin origin)
    {
        var role = Roles.Parse(claims.RoleName ?? (claims.Holder.IsPerson ? settings.DefaultRole : RoleNames.Restricted));
        return new Caller(claims.Holder.ActorType, claims.Subject, claims.WorkspaceId, claims.Name, role, origin)
        {
            Grants = role == Role.Restricted ? GrantSet.Nothing : GrantSet.Everything,
            Groups = claims.Groups.Names,
            GroupsOmitted = claims.Groups.AreOmitted,
            IsPerson = claims.Holder.IsPerson,
            // A service account has no second factor.
            LacksSecondFactor = settings.RequireMfa && !claims.Holder.IsProgram && !claims.HasSecondFactor,
        };
    }

    private sealed record Parsed(JsonWebToken Token, TokenHeader Header, byte[] Payload);
}
