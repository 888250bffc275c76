namespace Secronna.Protocol;

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
