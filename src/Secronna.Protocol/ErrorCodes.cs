namespace Secronna.Protocol;

/// <summary>The error codes of the envelope.</summary>
public static class ErrorCodes
{
    /// <summary>401: no credential, or one that is not valid.</summary>
    public const string AuthRequired = "AUTH_REQUIRED";

    /// <summary>403: the workspace is not on the allowlist, or the caller may not do this kind of thing at all.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>404: it does not exist, or not for this caller.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>400, 405, 415: the request is malformed.</summary>
    public const string ValidationError = "VALIDATION_ERROR";

    /// <summary>409: the state does not allow it.</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>413: a body or value over its limit.</summary>
    public const string PayloadTooLarge = "PAYLOAD_TOO_LARGE";

    /// <summary>429: too many; <c>Retry-After</c> says when.</summary>
    public const string RateLimited = "RATE_LIMITED";

    /// <summary>500: stored data failed authentication (S6).</summary>
    public const string IntegrityError = "INTEGRITY_ERROR";

    /// <summary>500: anything else.</summary>
    public const string InternalError = "INTERNAL_ERROR";

    /// <summary>503: not ready, or the audit entry or the write could not be made durable (S18, S30).</summary>
    public const string Unavailable = "UNAVAILABLE";
}
