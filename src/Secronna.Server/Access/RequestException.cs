using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>
/// What a request is refused with: a code of the contract and a message for the caller. The message names fields and
/// keys, never a value (S16).
/// </summary>
internal class RequestException : Exception
{
    public RequestException(string code, string message)
        : base(message) => Code = code;

    public string Code { get; }

    /// <summary>For RATE_LIMITED: when to try again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Every refusal that the server makes, in one place.</summary>
internal static class Errors
{
    /// <summary>Characters of an unknown name that is repeated to the caller, at most.</summary>
    public const int LongestShownName = 32;

    public static RequestException AuthRequired() =>
        new(ErrorCodes.AuthRequired, "a valid credential is required: send Authorization: Bearer with an API key, an access key or an access token");

    public static RequestException WorkspaceNotAllowed() =>
        new(ErrorCodes.Forbidden, "this workspace is not on the server's allowlist");

    public static RequestException Forbidden() =>
        new(ErrorCodes.Forbidden, "this kind of caller may not do this");

    public static RequestException SecondFactorRequired() =>
        new(ErrorCodes.Forbidden, "reveals need a sign-in with a second factor: sign in again with one");

    public static RequestException NotFound(string what) => new(ErrorCodes.NotFound, $"{what} not found");

    public static RequestException KeysNotFound(IEnumerable<string> keys) =>
        new(ErrorCodes.NotFound, $"keys not found: {string.Join(", ", keys)}");

    public static RequestException Invalid(string field, string rule) =>
        new(ErrorCodes.ValidationError, $"{field}: {rule}");

    public static RequestException NoTime(string field) =>
        Invalid(field, "must be a time as in RFC 3339, with its zone: 2026-01-31T09:00:00Z");

    public static RequestException InvalidBody(string rule) => new(ErrorCodes.ValidationError, rule);

    /// <summary>A field or parameter that is not known. It is repeated only where it looks like a misspelt name.</summary>
    public static RequestException UnknownName(string kind, string name, IEnumerable<string> known)
    {
        var shown = name.Length is > 0 and <= LongestShownName && name.All(char.IsAsciiLetter) ? name : "(not a name)";
        var list = string.Join(", ", known);
        return new(ErrorCodes.ValidationError, $"{shown}: unknown {kind}; known here: {(list.Length == 0 ? "none" : list)}");
    }

    public static RequestException ValueTooLarge(string field, int limit) =>
        new(ErrorCodes.PayloadTooLarge, $"{field}: over the limit of {limit} bytes of UTF-8");

    public static RequestException RevealTooLarge(long limit) =>
        new(ErrorCodes.PayloadTooLarge, $"the values asked for are over the limit of {limit} bytes: name fewer keys");

    public static RequestException RestoreTooLarge(long limit) => new(
        ErrorCodes.PayloadTooLarge,
        $"the values to restore are over the limit of {limit} bytes: roll back its secrets one by one, to the versions that a dry run names");

    public static RequestException NameTaken(string what) =>
        new(ErrorCodes.Conflict, $"{what} with this name, or one whose slug is the same, exists");

    public static RequestException VersionConflict(string key, int expected, int? current) => new(
        ErrorCodes.Conflict,
        $"{key}: expectedVersion is {expected}, the current version is {(current is null ? "another" : $"{current}")}");

    public static RequestException NotEmpty(string what) =>
        new(ErrorCodes.Conflict, $"the {what} has secrets: delete them first, or force its deletion with force=true");

    public static RequestException EnvironmentFull(int limit) =>
        new(ErrorCodes.Conflict, $"the environment is full: it may have {limit} keys");

    public static RequestException AlreadyRevoked() =>
        new(ErrorCodes.Conflict, "the access key is revoked");

    public static RequestException IdempotencyKeyReused() =>
        new(ErrorCodes.Conflict, "Idempotency-Key: it was sent before with another body; send this request with a new one");

    public static RequestException RateLimited(TimeSpan retryAfter) =>
        new(ErrorCodes.RateLimited, "too many; try again later") { RetryAfter = retryAfter };

    public static RequestException Integrity() =>
        new(ErrorCodes.IntegrityError, "stored data failed authentication; nothing of it was given, and the audit trail says so");

    public static RequestException UnreadableGrants(string id) =>
        new(ErrorCodes.IntegrityError, $"the stored grants of access key {id} can't be read: give it others, or revoke it");

    public static RequestException Unavailable(string message = "the server can't do this now: try again") =>
        new(ErrorCodes.Unavailable, message);
}
