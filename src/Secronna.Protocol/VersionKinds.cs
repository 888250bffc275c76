namespace Secronna.Protocol;

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
