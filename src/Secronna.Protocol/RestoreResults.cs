namespace Secronna.Protocol;

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
