namespace Secronna.Protocol;

/// <summary>The results of comparing one key of two environments.</summary>
public static class CompareResults
{
    /// <summary>The key has the same value in both environments.</summary>
    public const string Same = "same";

    /// <summary>The values differ, or one of them no longer exists because its secret was deleted since.</summary>
    public const string Different = "different";

    /// <summary>Only the environment of the request's path has the key.</summary>
    public const string OnlyHere = "only_here";

    /// <summary>Only the environment that it is compared with has the key.</summary>
    public const string OnlyThere = "only_there";
}
