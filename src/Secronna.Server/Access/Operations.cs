using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>Every operation of the API.</summary>
internal static class Operations
{
    /// <summary>Says who the caller is.</summary>
    public static Operation Identify { get; } = new(Permission.Identify);

    public static Operation ListProjects { get; } = new(Permission.List) { IsHeavy = true };

    public static Operation GetProject { get; } = new(Permission.List);

    public static Operation CreateProject { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.ProjectCreate, IsHarmless = true, Growth = StorageGrowth.Rows };

    public static Operation RenameProject { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.ProjectUpdate, IsHarmless = true, Growth = StorageGrowth.Rows };

    public static Operation DeleteProject { get; } = new(Permission.ManageProjects) { AuditAction = AuditActions.ProjectDelete };

    public static Operation ListEnvironments { get; } = new(Permission.List) { IsHeavy = true };

    public static Operation GetEnvironment { get; } = new(Permission.List);

    public static Operation CreateEnvironment { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.EnvironmentCreate, IsHarmless = true, Growth = StorageGrowth.Rows };

    /// <summary>
    /// Changes the name of an environment, and whether its reveals need a reason. The latter also needs
    /// <see cref="Permission.ManageGuards"/>, and to lift it a second factor (S32).
    /// </summary>
    public static Operation ChangeEnvironment { get; } = new(Permission.ManageProjects)
    {
        AuditAction = AuditActions.EnvironmentUpdate,
        OptionalPermission = Permission.ManageGuards,
        IsHarmless = true,
        Growth = StorageGrowth.Rows,
    };

    public static Operation DeleteEnvironment { get; } =
        new(Permission.ManageProjects) { AuditAction = AuditActions.EnvironmentDelete };

    public static Operation ListSecrets { get; } = new(Permission.List) { IsHeavy = true };

    public static Operation GetSecret { get; } = new(Permission.List);

    public static Operation ListVersions { get; } = new(Permission.List) { IsHeavy = true };

    public static Operation SearchSecrets { get; } = new(Permission.List) { IsHeavy = true };

    public static Operation WriteSecrets { get; } =
        new(Permission.Write) { AuditAction = AuditActions.SecretWrite, IsHarmless = true, Growth = StorageGrowth.Versions };

    public static Operation DeleteSecret { get; } = new(Permission.Delete) { AuditAction = AuditActions.SecretDelete };

    /// <summary>Destroys the value of one version of a secret, never the current one (S15).</summary>
    public static Operation DestroyVersion { get; } =
        new(Permission.Delete) { AuditAction = AuditActions.SecretDestroy };

    /// <summary>Reads one value back.</summary>
    public static Operation RevealSecret { get; } =
        new(Permission.Reveal) { AuditAction = AuditActions.SecretReveal };

    /// <summary>Reads the values of an environment back. Each value gets its own audit entry.</summary>
    public static Operation RevealEnvironment { get; } =
        new(Permission.Reveal) { AuditAction = AuditActions.SecretReveal, IsHeavy = true };

    /// <summary>
    /// Writes the value of an earlier version as the next version. The caller must be allowed to read that value.
    /// </summary>
    public static Operation RollBackSecret { get; } =
        new(Permission.Write, Permission.Reveal) { AuditAction = AuditActions.SecretRollback, Growth = StorageGrowth.Versions };

    /// <summary>
    /// Brings an environment back to an instant (S14). With pruning it also needs <see cref="Permission.Delete"/>.
    /// </summary>
    public static Operation RestoreEnvironment { get; } = new(Permission.Write, Permission.Reveal)
    {
        AuditAction = AuditActions.EnvironmentRestore,
        OptionalPermission = Permission.Delete,
        Growth = StorageGrowth.Versions,
        IsHeavy = true,
    };

    /// <summary>Compares the values of two environments, and answers with the keys in which they differ.</summary>
    public static Operation CompareEnvironments { get; } =
        new(Permission.Reveal) { AuditAction = AuditActions.EnvironmentCompare, Growth = StorageGrowth.Versions, IsHeavy = true };

    public static Operation ReadHistory { get; } = new(Permission.List) { IsHeavy = true };

    public static Operation ReadAuditTrail { get; } = new(Permission.ReadAudit) { IsHeavy = true };

    public static Operation ListKeks { get; } = new(Permission.ManageKeys) { IsHeavy = true };

    public static Operation RotateKek { get; } =
        new(Permission.ManageKeys) { AuditAction = AuditActions.KekRotate, IsHarmless = true, Growth = StorageGrowth.Rows };

    /// <summary>Lists credentials, and what a credential has made.</summary>
    public static Operation ListCredentials { get; } = new(Permission.ManageKeys) { IsHeavy = true };

    public static Operation CreateApiKey { get; } = new(Permission.ManageCredentials) { AuditAction = AuditActions.ApiKeyCreate, Growth = StorageGrowth.Rows };

    public static Operation DeleteApiKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.ApiKeyRevoke };

    public static Operation CreateAccessKey { get; } =
        new(Permission.ManageCredentials) { AuditAction = AuditActions.AccessKeyCreate, Growth = StorageGrowth.Rows };

    public static Operation ChangeAccessKey { get; } =
        new(Permission.ManageCredentials) { AuditAction = AuditActions.AccessKeyUpdate, Growth = StorageGrowth.Entries };

    public static Operation RevokeAccessKey { get; } = new(Permission.ManageKeys) { AuditAction = AuditActions.AccessKeyRevoke };
}
