namespace Secronna.Protocol;

/// <summary>The ways in which a version is minted.</summary>
public static class VersionKinds
{
    /// <summary>By a write.</summary>
    public const string Written = "written";

    /// <summary>By a rollback of its secret, with the value of an earlier version.</summary>
    public const string RolledBack = "rolled_back";

    /// <summary>By a restore of its environment, with the value of an earlier version.</summary>
    public const string Restored = "restored";
}

/// <summary>The changes in an environment's history that mint no version.</summary>
public static class ChangeNames
{
    /// <summary>The secret was deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>One version of the secret was destroyed.</summary>
    public const string Destroyed = "destroyed";
}
