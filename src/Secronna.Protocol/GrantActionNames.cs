namespace Secronna.Protocol;

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
