using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>The refusals that the server makes, with their messages.</summary>
internal static class Errors
{
    /// <summary>The length of the longest unknown name that a message repeats to the caller, in characters.</summary>
    public const int MaxShownNameLength = 32;

    private const int MaxShownKeys = 10;
    private const long MicrosecondsPerSecond = 1_000_000;

    public static RequestException AuthRequired() =>
        new(ErrorCodes.AuthRequired, "a valid credential is required: send Authorization: Bearer with an API key, an access key or an access token");

    public static RequestException WorkspaceNotAllowed() =>
        new(ErrorCodes.Forbidden, "this workspace is not on the server's allowlist");

    /// <summary>The caller's role lacks a permission.</summary>
    public static RequestException RoleMissing(Permission permission, Role role) =>
        new(ErrorCodes.Forbidden, $"this needs {Roles.NamesWith(permission)}; {Roles.Describe(role)}");

    /// <summary>The caller sees the thing, and lacks actions on it.</summary>
    /// <param name="missing">The actions that are missing.</param>
    /// <param name="place">On what or in what they are missing, with its preposition.</param>
    /// <param name="has">The actions that the caller has there.</param>
    public static RequestException ActionMissing(GrantActions missing, string place, GrantActions has) =>
        new(ErrorCodes.Forbidden, $"this needs {missing.InWords()} {place}; you have {has.Names()} there");

    /// <summary>The caller lacks actions on some keys. The message names some of them, each with the actions that it has.</summary>
    public static RequestException ActionMissing(
        GrantActions missing, string place, IReadOnlyList<(string Key, GrantActions Has)> keys)
    {
        var shown = keys.Take(MaxShownKeys).Select(key => $"{key.Key} (you have {key.Has.Names()})");
        var more = keys.Count > MaxShownKeys ? $", and {keys.Count - MaxShownKeys} more" : "";
        return new(ErrorCodes.Forbidden, $"this needs {missing.InWords()} {place}: {string.Join(", ", shown)}{more}");
    }

    public static RequestException SecondFactorRequired() =>
        new(ErrorCodes.Forbidden, "this operation needs a sign-in with a second factor: sign in again with one");

    public static RequestException KeysMayNotGrant() => new(
        ErrorCodes.Forbidden,
        "API keys may not create or change credentials here, because Secronna__Access__KeysMayGrant is false: sign in as an admin");

    public static RequestException NotFound(string thing) => new(ErrorCodes.NotFound, $"{thing} not found");

    /// <summary>A part of the trail's tree that there may be soon: checkpoints are made each second.</summary>
    public static RequestException NotCoveredYet(string thing) =>
        new(ErrorCodes.NotFound, $"{thing} not found: no checkpoint covers it yet") { RetryAfter = TimeSpan.FromSeconds(1) };

    public static RequestException KeysNotFound(IEnumerable<string> keys) =>
        new(ErrorCodes.NotFound, $"keys not found: {string.Join(", ", keys)}");

    public static RequestException Invalid(string field, string rule) =>
        new(ErrorCodes.ValidationError, $"{field}: {rule}") { Param = field };

    /// <summary>The reason that the request gives, or does not give, is not acceptable.</summary>
    public static RequestException InvalidReason(string rule) =>
        new(ErrorCodes.ValidationError, $"Secronna-Reason: {rule}") { Param = "reason" };

    /// <summary>The caller may reveal this, but its environment requires a reason and the request gives none.</summary>
    public static RequestException ReasonRequired() =>
        InvalidReason("this environment requires a reason: say in this header why you reveal its values");

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
        new(ErrorCodes.PayloadTooLarge, $"{field}: over the limit of {limit} bytes of UTF-8") { Param = field };

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

    public static RequestException TooManyCredentials(int limit) => new(
        ErrorCodes.Conflict, $"the workspace has {limit} credentials, and may have no more: revoke those that nobody uses");

    public static RequestException EnvironmentFull(int limit) =>
        new(ErrorCodes.Conflict, $"the environment is full: it may have at most {limit} keys");

    public static RequestException AlreadyRevoked() =>
        new(ErrorCodes.Conflict, "the access key is revoked");

    public static RequestException CreatedBefore(string id) => new(
        ErrorCodes.Conflict,
        $"Idempotency-Key: an earlier request with this key created the credential {id} and showed its token; if the token is lost, revoke {id} and send this request with a new key");

    public static RequestException OutlivesMaker(Instant expiry) => Invalid(
        "expiresInDays", $"your API key expires at {expiry}, so what it makes or changes must not last longer: ask for fewer days");

    public static RequestException IdempotencyKeyReused() =>
        new(ErrorCodes.Conflict, "Idempotency-Key: this key was used before with another body; send this request with a new key")
        {
            IsToBeRecorded = true,
        };

    public static RequestException TooManyReuses(TimeSpan retryAfter) =>
        new(ErrorCodes.RateLimited, "too many requests used an Idempotency-Key again with another body: try again later")
        {
            RetryAfter = retryAfter,
            IsToBeRecorded = true,
        };

    public static RequestException TooManyRefusals(TimeSpan retryAfter) =>
        new(ErrorCodes.RateLimited, "too many requests of this credential were refused: try again later") { RetryAfter = retryAfter };

    /// <summary>An allowance is used up. The message says which one, and when enough of it is there again.</summary>
    public static RequestException RateLimited(string what, string whose, long perMinute, TimeSpan wait, DateTimeOffset until) => new(
        ErrorCodes.RateLimited,
        $"{whose} has reached its limit of {perMinute} {what} a minute: try again at {new Instant(CeilingToSecond(until))}")
    {
        RetryAfter = wait,
    };

    public static RequestException WorkspaceFull(long limit) => new(
        ErrorCodes.RateLimited,
        $"this workspace has reached its limit of {limit} bytes stored: it can write again when secrets, versions, environments or projects are deleted")
    {
        RetryAfter = TimeSpan.FromMinutes(1),
    };

    public static RequestException DiskLow() => Unavailable(
        "the server's disk is nearly full, so it takes no writes now; reveals and deletions go on: an operator must make room");

    /// <summary>A credential, a workspace or an address holds its share of something (S31).</summary>
    /// <param name="holder">Who holds its share: <c>credential</c>, <c>workspace</c> or <c>address</c>.</param>
    /// <param name="limit">The share.</param>
    /// <param name="what">What it is a share of, in the plural.</param>
    public static ShareUsedUpException ShareUsedUp(string holder, long limit, string what) =>
        new($"this {holder} may have at most {limit} {what} at once: try again when one of its requests has ended")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static RequestException TrailDamaged() =>
        new(ErrorCodes.IntegrityError, "the audit trail is damaged here: an operator must run secronna-server backup verify");

    public static RequestException Integrity() =>
        new(ErrorCodes.IntegrityError, "stored data failed authentication: no value was returned, and the failure is in the audit trail");

    public static RequestException UnreadableGrants(string id) =>
        new(ErrorCodes.IntegrityError, $"the stored grants of access key {id} can't be read: give the key other grants, or revoke it");

    private static long CeilingToSecond(DateTimeOffset time) =>
        ((Instant.From(time).Microseconds / MicrosecondsPerSecond) + 1) * MicrosecondsPerSecond;

    public static RequestException Unavailable(string message = "the server can't do this now: try again") =>
        new(ErrorCodes.Unavailable, message);
}
