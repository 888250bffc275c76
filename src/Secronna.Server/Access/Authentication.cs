using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>
/// Finds out who makes a request (S21, S22): by an API key or access key, or else by an access token of the identity
/// provider. Which of them a credential is, its form tells.
/// </summary>
internal sealed class Authentication(
    KeyAuthentication keys, TokenAuthentication tokens, RateLimits rates, ILogger<Authentication> log)
{
    private const string Scheme = "Bearer ";

    /// <summary>The caller that the header's credential stands for.</summary>
    /// <exception cref="RequestException">AUTH_REQUIRED, RATE_LIMITED, FORBIDDEN or UNAVAILABLE.</exception>
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

/// <summary>Whom a valid credential stands for, and whether its workspace is on the allowlist.</summary>
internal readonly record struct Authenticated(Caller Caller, bool IsAllowed);
