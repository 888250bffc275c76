namespace Secronna.Protocol;

/// <summary>The results of a restore for one secret; of a dry run, the results that a restore would have.</summary>
public static class RestoreResults
{
    /// <summary>The version that was current at the instant is still current.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>The secret got a new version with the value of that instant.</summary>
    public const string Restored = "restored";

    /// <summary>The secret was created after the instant, and stays.</summary>
    public const string CreatedSince = "created_since";

    /// <summary>The secret was created after the instant, and was deleted.</summary>
    public const string Pruned = "pruned";

    /// <summary>The secret existed at the instant and was deleted since. Its values no longer exist.</summary>
    public const string Unrecoverable = "unrecoverable";
}
