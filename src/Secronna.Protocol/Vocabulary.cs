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

/// <summary>Who acted, in the audit trail and in <c>/me</c>.</summary>
public static class ActorTypes
{
    /// <summary>A person signed in at the identity provider.</summary>
    public const string User = "user";

    /// <summary>A program signed in at the identity provider.</summary>
    public const string ServiceAccount = "service_account";

    /// <summary>An API key (<c>sk_live_…</c>).</summary>
    public const string ApiKey = "api_key";

    /// <summary>An access key (<c>st_live_…</c>).</summary>
    public const string AccessKey = "access_key";

    /// <summary>Whoever runs the server, at its command line.</summary>
    public const string Operator = "operator";
}

/// <summary>How the tokens of keys begin.</summary>
public static class KeyTokens
{
    /// <summary>That of an API key.</summary>
    public const string ApiKeyStart = "sk_live_";

    /// <summary>That of an access key.</summary>
    public const string AccessKeyStart = "st_live_";

    /// <summary>How one of a kind begins.</summary>
    /// <param name="kind">One of the two <see cref="ActorTypes"/> that are keys.</param>
    public static string StartOf(string kind) => kind == ActorTypes.ApiKey ? ApiKeyStart : AccessKeyStart;

    /// <summary>Whether a text is meant as one of these, going by how it begins.</summary>
    public static bool IsOne(string token) =>
        token.StartsWith(ApiKeyStart, StringComparison.Ordinal) || token.StartsWith(AccessKeyStart, StringComparison.Ordinal);
}

/// <summary>Roles in a workspace, as the identity provider's tokens name them.</summary>
public static class RoleNames
{
    /// <summary>May do everything, as an admin may.</summary>
    public const string Owner = "owner";

    /// <summary>May do everything.</summary>
    public const string Admin = "admin";

    /// <summary>May read, write and delete secrets, and read the audit trail.</summary>
    public const string Member = "member";

    /// <summary>May look, at everything but values and keys.</summary>
    public const string Viewer = "viewer";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Owner, Admin, Member, Viewer];
}

/// <summary>What can be granted to an access key.</summary>
public static class GrantActionNames
{
    /// <summary>See that a secret is there, and its versions; not its value.</summary>
    public const string List = "list";

    /// <summary>Read values back.</summary>
    public const string Reveal = "reveal";

    /// <summary>Mint versions.</summary>
    public const string Write = "write";

    /// <summary>Delete secrets.</summary>
    public const string Delete = "delete";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [List, Reveal, Write, Delete];
}

/// <summary>How an audited operation ended (S17, S19).</summary>
public static class AuditOutcomes
{
    /// <summary>Done.</summary>
    public const string Success = "success";

    /// <summary>Refused, or aimed at what does not exist for the caller.</summary>
    public const string Denied = "denied";

    /// <summary>Allowed, and then it broke.</summary>
    public const string Failed = "failed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Success, Denied, Failed];
}

/// <summary>How a version came to be.</summary>
public static class VersionKinds
{
    /// <summary>By a write.</summary>
    public const string Written = "written";

    /// <summary>With the value of an earlier version of the same secret.</summary>
    public const string RolledBack = "rolled_back";

    /// <summary>The same, together with its environment.</summary>
    public const string Restored = "restored";
}

/// <summary>What an environment's history tells of a secret, beside the <see cref="VersionKinds"/>.</summary>
public static class ChangeNames
{
    /// <summary>It was deleted.</summary>
    public const string Deleted = "deleted";
}

/// <summary>What a restore did, or would do, with a key.</summary>
public static class RestoreResults
{
    /// <summary>Its current version was current at that instant too.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>It got a new version, with the value that it had.</summary>
    public const string Restored = "restored";

    /// <summary>It was not there; it stays.</summary>
    public const string CreatedSince = "created_since";

    /// <summary>It was not there; it was deleted.</summary>
    public const string Pruned = "pruned";

    /// <summary>It was there and was deleted since: its values are gone.</summary>
    public const string Unrecoverable = "unrecoverable";
}

/// <summary>How two environments differ in a key.</summary>
public static class CompareResults
{
    /// <summary>It has the same value in both.</summary>
    public const string Same = "same";

    /// <summary>Its values differ, or can't be told because one was deleted since.</summary>
    public const string Different = "different";

    /// <summary>Only the environment that is compared has it.</summary>
    public const string OnlyHere = "only_here";

    /// <summary>Only the environment that it is compared with has it.</summary>
    public const string OnlyThere = "only_there";
}

/// <summary>The states of a KEK.</summary>
public static class KekStates
{
    /// <summary>Wraps new data keys.</summary>
    public const string Active = "active";

    /// <summary>Only unwraps; its data keys are being re-wrapped.</summary>
    public const string Retiring = "retiring";

    /// <summary>Its wrapped key is gone.</summary>
    public const string Destroyed = "destroyed";
}

/// <summary>The actions of the audit trail.</summary>
public static class AuditActions
{
    /// <summary>A project was created.</summary>
    public const string ProjectCreate = "project.create";

    /// <summary>A project was renamed.</summary>
    public const string ProjectUpdate = "project.update";

    /// <summary>A project was deleted, its KEKs destroyed.</summary>
    public const string ProjectDelete = "project.delete";

    /// <summary>An environment was created.</summary>
    public const string EnvironmentCreate = "environment.create";

    /// <summary>An environment was renamed.</summary>
    public const string EnvironmentUpdate = "environment.update";

    /// <summary>An environment was deleted.</summary>
    public const string EnvironmentDelete = "environment.delete";

    /// <summary>An environment was brought back to an instant; each key that it changed has an entry of its own.</summary>
    public const string EnvironmentRestore = "environment.restore";

    /// <summary>An environment was compared with another: an entry of each.</summary>
    public const string EnvironmentCompare = "environment.compare";

    /// <summary>A version was minted.</summary>
    public const string SecretWrite = "secret.write";

    /// <summary>A value was read back (S17).</summary>
    public const string SecretReveal = "secret.reveal";

    /// <summary>A version was minted with the value of an earlier one.</summary>
    public const string SecretRollback = "secret.rollback";

    /// <summary>A secret was deleted, its versions' keys and ciphertexts destroyed.</summary>
    public const string SecretDelete = "secret.delete";

    /// <summary>A project got a new KEK, and the data keys of the one before are re-wrapped (S9).</summary>
    public const string KekRotate = "kek.rotate";

    /// <summary>A KEK's wrapped key was destroyed.</summary>
    public const string KekDestroy = "kek.destroy";

    /// <summary>A master key was generated.</summary>
    public const string MasterKeyGenerate = "master_key.generate";

    /// <summary>The installation went over to another master key (S8): once at the start and once at the end.</summary>
    public const string MasterKeyRotate = "master_key.rotate";

    /// <summary>A master key that nothing is under was retired.</summary>
    public const string MasterKeyRetire = "master_key.retire";

    /// <summary>An API key was created.</summary>
    public const string ApiKeyCreate = "api_key.create";

    /// <summary>An API key was revoked.</summary>
    public const string ApiKeyRevoke = "api_key.revoke";

    /// <summary>An access key was created.</summary>
    public const string AccessKeyCreate = "access_key.create";

    /// <summary>An access key was changed.</summary>
    public const string AccessKeyUpdate = "access_key.update";

    /// <summary>An access key was revoked.</summary>
    public const string AccessKeyRevoke = "access_key.revoke";

    /// <summary>A workspace was put on the allowlist.</summary>
    public const string WorkspaceAllow = "workspace.allow";

    /// <summary>A workspace was taken off the allowlist.</summary>
    public const string WorkspaceDeny = "workspace.deny";

    /// <summary>A copy of the database was made.</summary>
    public const string BackupCreate = "backup.create";

    /// <summary>Every version of a database was opened, to verify it.</summary>
    public const string BackupVerify = "backup.verify";

    /// <summary>All was copied to another database.</summary>
    public const string StorageCopy = "storage.copy";

    /// <summary>Every action of the contract, those of later versions included: a filter may name any.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        ProjectCreate, ProjectUpdate, ProjectDelete,
        EnvironmentCreate, EnvironmentUpdate, EnvironmentDelete, EnvironmentRestore, EnvironmentCompare,
        SecretWrite, SecretReveal, SecretRollback, SecretDelete,
        KekRotate, KekDestroy, MasterKeyGenerate, MasterKeyRotate, MasterKeyRetire,
        ApiKeyCreate, ApiKeyRevoke, AccessKeyCreate, AccessKeyUpdate, AccessKeyRevoke,
        "webhook.create", "webhook.delete", WorkspaceAllow, WorkspaceDeny,
        BackupCreate, BackupVerify, StorageCopy,
    };
}
