using System.Net;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Errors;

/// <summary>The refusals of the fake, with the same messages as the server's.</summary>
internal static class FakeErrors
{
    private const int MaximumShownNameLength = 32;
    private const int MaximumShownKeys = 10;

    public static FakeError AuthRequired() => new(
        HttpStatusCode.Unauthorized, ErrorCodes.AuthRequired,
        "a valid credential is required: send Authorization: Bearer with an API key, an access key or an access token");

    /// <summary>The caller is an access key, and the operation needs a role.</summary>
    /// <param name="roles">The roles that may do it.</param>
    public static FakeError RoleMissing(string roles) =>
        Forbidden($"this needs the role {roles}, or an API key; an access key can't do this");

    /// <summary>The caller sees the thing, and lacks actions on it.</summary>
    /// <param name="missing">The actions that are missing.</param>
    /// <param name="place">On what or in what they are missing, with its preposition.</param>
    /// <param name="has">The actions that the caller has there.</param>
    public static FakeError ActionMissing(IReadOnlyList<string> missing, string place, IReadOnlyList<string> has) =>
        Forbidden($"this needs the action{(missing.Count > 1 ? "s" : "")} {InWords(missing)} {place}; you have {InWords(has)} there");

    /// <summary>The caller lacks an action on several keys. The message names some of them.</summary>
    public static FakeError ActionMissing(
        string missing, string place, IReadOnlyList<(string Key, IReadOnlyList<string> Has)> keys)
    {
        var shown = keys.Take(MaximumShownKeys).Select(key => $"{key.Key} (you have {InWords(key.Has)})");
        var more = keys.Count > MaximumShownKeys ? $", and {keys.Count - MaximumShownKeys} more" : "";
        return Forbidden($"this needs the action {missing} {place}: {string.Join(", ", shown)}{more}");
    }

    public static FakeError NotFound(string what) => new(HttpStatusCode.NotFound, ErrorCodes.NotFound, $"{what} not found");

    public static FakeError KeysNotFound(IEnumerable<string> keys) =>
        new(HttpStatusCode.NotFound, ErrorCodes.NotFound, $"keys not found: {string.Join(", ", keys)}");

    public static FakeError Invalid(string field, string rule) =>
        new(HttpStatusCode.BadRequest, ErrorCodes.ValidationError, $"{field}: {rule}") { Param = field };

    /// <summary>The reason that the request gives, or does not give, is not acceptable.</summary>
    public static FakeError InvalidReason(string rule) =>
        new(HttpStatusCode.BadRequest, ErrorCodes.ValidationError, $"Secronna-Reason: {rule}") { Param = "reason" };

    /// <summary>The caller may reveal this, but its environment requires a reason and the request gives none.</summary>
    public static FakeError ReasonRequired() =>
        InvalidReason("this environment requires a reason: say in this header why you reveal its values");

    public static FakeError InvalidBody(string rule) => new(HttpStatusCode.BadRequest, ErrorCodes.ValidationError, rule);

    public static FakeError NotATime(string field) =>
        Invalid(field, "must be a time as in RFC 3339, with its zone: 2026-01-31T09:00:00Z");

    public static FakeError InFuture(string field, Instant now) =>
        Invalid(field, $"is in the future: by the server's clock it is {now}");

    /// <summary>
    /// Refuses an unknown field or parameter. The message repeats the name only where it looks like a misspelt name (short, only
    /// letters): anything else could be a misplaced value.
    /// </summary>
    public static FakeError UnknownName(string kind, string name, IReadOnlyList<string> known)
    {
        var shown = name.Length is > 0 and <= MaximumShownNameLength && name.All(char.IsAsciiLetter) ? name : "(not a name)";
        return InvalidBody($"{shown}: unknown {kind}; known here: {(known.Count == 0 ? "none" : string.Join(", ", known))}");
    }

    public static FakeError NotJson() => new(
        HttpStatusCode.UnsupportedMediaType, ErrorCodes.ValidationError,
        "the body must be JSON: send Content-Type: application/json");

    public static FakeError MethodNotAllowed(IReadOnlyList<string> allowed) => new(
        HttpStatusCode.MethodNotAllowed, ErrorCodes.ValidationError, "this path does not take this method: see the Allow header")
    {
        AllowedMethods = allowed,
    };

    public static FakeError BodyTooLarge(int limit) => TooLarge($"the body is over the limit of {limit} bytes");

    public static FakeError ValueTooLarge(string field, int limit) => new(
        HttpStatusCode.RequestEntityTooLarge, ErrorCodes.PayloadTooLarge, $"{field}: over the limit of {limit} bytes of UTF-8")
    {
        Param = field,
    };

    public static FakeError RevealTooLarge(int limit) =>
        TooLarge($"the values asked for are over the limit of {limit} bytes: name fewer keys");

    public static FakeError RestoreTooLarge(int limit) => TooLarge(
        $"the values to restore are over the limit of {limit} bytes: roll back its secrets one by one, to the versions that a dry run names");

    public static FakeError NameTaken(string what) =>
        Conflict($"{what} with this name, or with a name that gives the same slug, exists already");

    public static FakeError VersionConflict(string key, int expected, int? current) =>
        Conflict($"{key}: expectedVersion is {expected}, the current version is {(current is null ? "another" : $"{current}")}");

    public static FakeError CurrentVersion(int version) =>
        Conflict($"version {version} is the current version: write a new value first, or delete the secret");

    public static FakeError NotEmpty(string what) =>
        Conflict($"the {what} has secrets: delete them first, or force its deletion with force=true");

    public static FakeError EnvironmentFull(int limit) => Conflict($"the environment is full: it may have at most {limit} keys");

    public static FakeError AlreadyRevoked() => Conflict("the access key is revoked");

    public static FakeError CreatedBefore(string id) => Conflict(
        $"Idempotency-Key: an earlier request with this key created the credential {id} and showed its token; if the token is lost, revoke {id} and send this request with a new key");

    public static FakeError OutlivesMaker(Instant expiry) => Invalid(
        "expiresInDays", $"your API key expires at {expiry}, so what it makes or changes must not last longer: ask for fewer days");

    public static FakeError IdempotencyKeyReused() =>
        Conflict("Idempotency-Key: this key was used before with another body; send this request with a new key");

    public static FakeError Unavailable() =>
        new(HttpStatusCode.ServiceUnavailable, ErrorCodes.Unavailable, "the server can't do this now: try again");

    private static FakeError Forbidden(string message) => new(HttpStatusCode.Forbidden, ErrorCodes.Forbidden, message);

    private static string InWords(IReadOnlyList<string> actions) => actions switch
    {
        [] => "none",
        [var only] => only,
        _ => $"{string.Join(", ", actions.SkipLast(1))} and {actions[^1]}",
    };

    private static FakeError Conflict(string message) => new(HttpStatusCode.Conflict, ErrorCodes.Conflict, message);

    private static FakeError TooLarge(string message) =>
        new(HttpStatusCode.RequestEntityTooLarge, ErrorCodes.PayloadTooLarge, message);
}
