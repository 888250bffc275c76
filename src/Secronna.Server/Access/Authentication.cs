using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>
/// Finds out who makes a request (S21, S22). The credential is an API key, an access key, or an access token of the identity
/// provider. The first characters of the credential tell its kind.
/// </summary>
internal sealed class Authentication(
    KeyAuthentication keys, TokenAuthentication tokens, RateLimits rates, ILogger<Authentication> log)
{
    private const string Scheme = "Bearer ";

    /// <summary>Authenticates the caller of a request.</summary>
    /// <param name="authorization">The request's header <c>Authorization</c>; <c>null</c> if it has none.</param>
    /// <param name="origin">Where the request comes from.</param>
    /// <exception cref="RequestException">
    /// AUTH_REQUIRED: there is no valid credential. RATE_LIMITED: too many failed attempts from this address. FORBIDDEN: the
    /// workspace is not on the allowlist. UNAVAILABLE: the identity provider's keys are not known yet.
    /// </exception>
    public async ValueTask<Caller> AuthenticateAsync(string? authorization, RequestOrigin origin)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Errors.AuthRequired();
        }

        var credential = authorization[Scheme.Length..].Trim();
        var found = KeyTokens.IsOne(credential)
            ? await keys.FindAsync(credential, origin)
            : await tokens.FindAsync(credential, origin);
        if (found is not { } authenticated)
        {
            rates.CountFailedAuthentication(origin.Ip);
            throw Errors.AuthRequired();
        }

        if (!authenticated.IsAllowed)
        {
            AccessLog.WorkspaceNotAllowed(log, authenticated.Caller.WorkspaceId, authenticated.Caller.ActorId, origin.RequestId);
            throw Errors.WorkspaceNotAllowed();
        }

        return authenticated.Caller;
    }
}

/// <summary>The caller of a valid credential, and whether the caller's workspace is on the allowlist.</summary>
internal readonly record struct Authenticated(Caller Caller, bool IsAllowed);
