namespace Secronna.Protocol;

/// <summary>The actions of the audit trail.</summary>
public static class AuditActions
{
    /// <summary>A project was created.</summary>
    public const string ProjectCreate = "project.create";

    /// <summary>A project was renamed.</summary>
    public const string ProjectUpdate = "project.update";

    /// <summary>A project was deleted, and its KEKs were destroyed.</summary>
    public const string ProjectDelete = "project.delete";

    /// <summary>An environment was created.</summary>
    public const string EnvironmentCreate = "environment.create";

    /// <summary>An environment was renamed.</summary>
    public const string EnvironmentUpdate = "environment.update";

    /// <summary>An environment was deleted.</summary>
    public const string EnvironmentDelete = "environment.delete";

    /// <summary>An environment was restored to an instant. Each secret that this changed has its own entry.</summary>
    public const string EnvironmentRestore = "environment.restore";

    /// <summary>Two environments were compared: one entry for each.</summary>
    public const string EnvironmentCompare = "environment.compare";

    /// <summary>A version was minted.</summary>
    public const string SecretWrite = "secret.write";

    /// <summary>A value was revealed (S17).</summary>
    public const string SecretReveal = "secret.reveal";

    /// <summary>A value was compared with others, and not shown.</summary>
    public const string SecretCompare = "secret.compare";

    /// <summary>A version was minted with the value of an earlier version.</summary>
    public const string SecretRollback = "secret.rollback";

    /// <summary>A secret was deleted, and the data keys and ciphertexts of its versions were destroyed.</summary>
    public const string SecretDelete = "secret.delete";

    /// <summary>One version of a secret was destroyed: its data key and its ciphertext (S15).</summary>
    public const string SecretDestroy = "secret.destroy";

    /// <summary>A project got a new KEK. The data keys of the previous KEK are re-wrapped (S9).</summary>
    public const string KekRotate = "kek.rotate";

    /// <summary>A KEK's wrapped key was destroyed.</summary>
    public const string KekDestroy = "kek.destroy";

    /// <summary>A master key was generated.</summary>
    public const string MasterKeyGenerate = "master_key.generate";

    /// <summary>The installation changed to another master key (S8): one entry at the start and one at the end.</summary>
    public const string MasterKeyRotate = "master_key.rotate";

    /// <summary>A master key that wraps nothing any more was retired.</summary>
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

    /// <summary>A backup of the database was made.</summary>
    public const string BackupCreate = "backup.create";

    /// <summary>A database was verified by opening every version in it.</summary>
    public const string BackupVerify = "backup.verify";

    /// <summary>An installation was copied to another database.</summary>
    public const string StorageCopy = "storage.copy";

    /// <summary>The trail names a new key that is to sign its checkpoints.</summary>
    public const string LogKeyRotate = "log_key.rotate";

    /// <summary>A database was put in place of another one: a backup, or a copy that somebody restored.</summary>
    public const string BackupRestore = "backup.restore";

    /// <summary>The trail began a new epoch, because the entries since its last checkpoint may be lost.</summary>
    public const string TrailEpoch = "trail.epoch";

    /// <summary>The trail took over what it must know of versions that were written before it recorded their hashes.</summary>
    public const string TrailMigrate = "trail.migrate";

    /// <summary>The operator confirmed the clock that gives instants.</summary>
    public const string ClockAccept = "clock.accept";

    /// <summary>Every action of the contract, actions of later versions included. A filter may name each of them.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        ProjectCreate, ProjectUpdate, ProjectDelete,
        EnvironmentCreate, EnvironmentUpdate, EnvironmentDelete, EnvironmentRestore, EnvironmentCompare,
        SecretWrite, SecretReveal, SecretCompare, SecretRollback, SecretDelete, SecretDestroy,
        KekRotate, KekDestroy, MasterKeyGenerate, MasterKeyRotate, MasterKeyRetire,
        ApiKeyCreate, ApiKeyRevoke, AccessKeyCreate, AccessKeyUpdate, AccessKeyRevoke,
        "webhook.create", "webhook.delete", WorkspaceAllow, WorkspaceDeny,
        BackupCreate, BackupVerify, BackupRestore, StorageCopy, TrailMigrate, TrailEpoch, ClockAccept, LogKeyRotate,
    };
}
