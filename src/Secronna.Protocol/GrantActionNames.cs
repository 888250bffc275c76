namespace Secronna.Protocol;

/// <summary>The actions that can be granted to an access key.</summary>
public static class GrantActionNames
{
    /// <summary>See that a secret exists, and list its versions; not its value.</summary>
    public const string List = "list";

    /// <summary>Reveal values.</summary>
    public const string Reveal = "reveal";

    /// <summary>Create secrets and mint versions.</summary>
    public const string Write = "write";

    /// <summary>Delete secrets.</summary>
    public const string Delete = "delete";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [List, Reveal, Write, Delete];
}
