using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>The refusals that the server makes, with their messages.</summary>
internal static class Errors
{
    /// <summary>The length of the longest unknown name that a message repeats to the caller, in characters.</summary>
    public const int MaxShownNameLength = 32;

    public static RequestException AuthRequired() =>
        new(ErrorCodes.AuthRequired, "a valid credential is required: send Authorization: Bearer with an API key, an access key or an access token");

    public static RequestException WorkspaceNotAllowed() =>
        new(ErrorCodes.Forbidden, "this workspace is not on the server's allowlist");

    public static RequestException Forbidden() =>
        new(ErrorCodes.Forbidden, "the caller's role does not allow this");

    public static RequestException SecondFactorRequired() =>
        new(ErrorCodes.Forbidden, "reading values back needs a sign-in with a second factor: sign in again with one");

    public static RequestException NotFound(string thing) => new(ErrorCodes.NotFound, $"{thing} not found");

    public static RequestException KeysNotFound(IEnumerable<string> keys) =>
        new(ErrorCodes.NotFound, $"keys not found: {string.Join(", ", keys)}");

    public static RequestException Invalid(string field, string rule) =>
        new(ErrorCodes.ValidationError, $"{field}: {rule}");

    public static RequestException InvalidTime(string field) =>
        Invalid(field, "must be a time as in RFC 3339, with its zone: 2026-01-31T09:00:00Z");

    public static RequestException InvalidBody(string rule) => new(ErrorCodes.ValidationError, rule);

    /// <summary>
    /// An unknown field or parameter. The message repeats the name only if it looks like a misspelt name, because a caller may
    /// have sent a secret value in place of a name.
    /// </summary>
    /// <param name="kind">What the name is: a field or a parameter.</param>
    /// <param name="name">The name as the caller sent it.</param>
    /// <param name="known">The names that are valid here.</param>
    public static RequestException UnknownName(string kind, string name, IEnumerable<string> known)
    {
        var shown = name.Length is > 0 and <= MaxShownNameLength && name.All(char.IsAsciiLetter) ? name : "(not a name)";
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

    public static RequestException NameTaken(string thing) =>
        new(ErrorCodes.Conflict, $"{thing} with this name, or with a name that gives the same slug, exists already");

    public static RequestException VersionConflict(string key, int expected, int? current) => new(
        ErrorCodes.Conflict,
        $"{key}: expectedVersion is {expected}, the current version is {(current is null ? "another" : $"{current}")}");

    public static RequestException CurrentVersion(int version) => new(
        ErrorCodes.Conflict, $"version {version} is the current version: write a new value first, or delete the secret");

    public static RequestException NotEmpty(string thing) =>
        new(ErrorCodes.Conflict, $"the {thing} has secrets: delete them first, or force its deletion with force=true");

    public static RequestException EnvironmentFull(int limit) =>
        new(ErrorCodes.Conflict, $"the environment is full: it may have at most {limit} keys");

    public static RequestException AlreadyRevoked() =>
        new(ErrorCodes.Conflict, "the access key is revoked");

    public static RequestException IdempotencyKeyReused() =>
        new(ErrorCodes.Conflict, "Idempotency-Key: this key was used before with another body; send this request with a new key");

    public static RequestException RateLimited(TimeSpan retryAfter) =>
        new(ErrorCodes.RateLimited, "too many requests or values: try again later") { RetryAfter = retryAfter };

    public static RequestException Integrity() =>
        new(ErrorCodes.IntegrityError, "stored data failed authentication: no value was returned, and the failure is in the audit trail");

    public static RequestException UnreadableGrants(string id) =>
        new(ErrorCodes.IntegrityError, $"the stored grants of access key {id} can't be read: give the key other grants, or revoke it");

    public static RequestException Unavailable(string message = "the server can't do this now: try again") =>
        new(ErrorCodes.Unavailable, message);
}
