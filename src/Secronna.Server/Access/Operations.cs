using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>Every operation of the API.</summary>
internal static class Operations
{
    /// <summary>Says who the caller is.</summary>
    public static Operation Identify { get; } = new(Permission.Identify);

    public static Operation ListProjects { get; } = new(Permission.List);

    public static Operation GetProject { get; } = new(Permission.List);

    public static Operation CreateProject { get; } = new(Permission.ManageProjects) { AuditAction = AuditActions.ProjectCreate };

    public static Operation RenameProject { get; } = new(Permission.ManageProjects) { AuditAction = AuditActions.ProjectUpdate };

    public static Operation DeleteProject { get; } = new(Permission.ManageProjects) { AuditAction = AuditActions.ProjectDelete };

    public static Operation ListEnvironments { get; } = new(Permission.List);

    public static Operation GetEnvironment { get; } = new(Permission.List);

    public static Operation CreateEnvironment { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.EnvironmentCreate };

    public static Operation RenameEnvironment { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.EnvironmentUpdate };

    public static Operation DeleteEnvironment { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.EnvironmentDelete };

    public static Operation ListSecrets { get; } = new(Permission.List);

    public static Operation GetSecret { get; } = new(Permission.List);

    public static Operation ListVersions { get; } = new(Permission.List);

    public static Operation SearchSecrets { get; } = new(Permission.List);

    public static Operation WriteSecrets { get; } = new(Permission.Write) { AuditAction = AuditActions.SecretWrite };

    public static Operation DeleteSecret { get; } = new(Permission.Delete) { AuditAction = AuditActions.SecretDelete };

    /// <summary>Destroys the value of one version of a secret, never the current one (S15).</summary>
    public static Operation DestroyVersion { get; } =
        new(Permission.Delete) { AuditAction = AuditActions.SecretDestroy, NeedsSecondFactor = true };

    /// <summary>Reads one value back.</summary>
    public static Operation RevealSecret { get; } =
        new(Permission.Reveal) { AuditAction = AuditActions.SecretReveal, NeedsSecondFactor = true };

    /// <summary>Reads the values of an environment back. Each value gets its own audit entry.</summary>
    public static Operation RevealEnvironment { get; } =
        new(Permission.Reveal) { AuditAction = AuditActions.SecretReveal, NeedsSecondFactor = true };

    /// <summary>
    /// Writes the value of an earlier version as the next version. The caller must be allowed to read that value.
    /// </summary>
    public static Operation RollBackSecret { get; } =
        new(Permission.Write, Permission.Reveal) { AuditAction = AuditActions.SecretRollback, NeedsSecondFactor = true };

    /// <summary>
    /// Brings an environment back to an instant (S14). With pruning it also needs <see cref="Permission.Delete"/>.
    /// </summary>
    public static Operation RestoreEnvironment { get; } = new(Permission.Write, Permission.Reveal)
    {
        AuditAction = AuditActions.EnvironmentRestore,
        OptionalPermission = Permission.Delete,
        NeedsSecondFactor = true,
    };

    /// <summary>Compares the values of two environments, and answers with the keys in which they differ.</summary>
    public static Operation CompareEnvironments { get; } =
        new(Permission.Reveal) { AuditAction = AuditActions.EnvironmentCompare, NeedsSecondFactor = true };

    public static Operation ReadHistory { get; } = new(Permission.List);

    public static Operation ReadAuditTrail { get; } = new(Permission.ReadAudit);

    public static Operation ListKeks { get; } = new(Permission.ManageKeys);

    public static Operation RotateKek { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.KekRotate };

    public static Operation ListCredentials { get; } = new(Permission.ManageKeys);

    public static Operation CreateApiKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.ApiKeyCreate };

    public static Operation DeleteApiKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.ApiKeyRevoke };

    public static Operation CreateAccessKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.AccessKeyCreate };

    public static Operation ChangeAccessKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.AccessKeyUpdate };

    public static Operation RevokeAccessKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.AccessKeyRevoke };
}
