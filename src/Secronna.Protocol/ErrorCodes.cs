namespace Secronna.Protocol;

/// <summary>The error codes of an answer's envelope.</summary>
public static class ErrorCodes
{
    /// <summary>401: the request has no valid credential.</summary>
    public const string AuthRequired = "AUTH_REQUIRED";

    /// <summary>403: the workspace is not on the allowlist, or this kind of caller may not use the operation at all.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>404: what the request names does not exist, or lies outside the caller's grants.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>400, 405 or 415: the request is malformed.</summary>
    public const string ValidationError = "VALIDATION_ERROR";

    /// <summary>409: the current state does not allow the operation.</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>413: a body or a value is over its limit (S29).</summary>
    public const string PayloadTooLarge = "PAYLOAD_TOO_LARGE";

    /// <summary>429: the caller or the address sends too many requests; <c>Retry-After</c> says when to try again.</summary>
    public const string RateLimited = "RATE_LIMITED";

    /// <summary>500: stored data failed authentication: it was changed or damaged (S6).</summary>
    public const string IntegrityError = "INTEGRITY_ERROR";

    /// <summary>500: any other failure of the server.</summary>
    public const string InternalError = "INTERNAL_ERROR";

    /// <summary>503: the server is not ready, or could not make the audit entry or the write durable (S18, S30).</summary>
    public const string Unavailable = "UNAVAILABLE";
}
