namespace Secronna.Server.Access;

/// <summary>A set of the actions that can be granted.</summary>
[Flags]
internal enum GrantActions
{
    /// <summary>No action.</summary>
    None = 0,

    /// <summary>See that a secret exists, and its versions.</summary>
    List = 1,

    /// <summary>Read values back.</summary>
    Reveal = 2,

    /// <summary>Mint versions.</summary>
    Write = 4,

    /// <summary>Delete secrets.</summary>
    Delete = 8,

    /// <summary>
    /// All actions. A project or an environment is visible to a caller who is granted at least one action in it.
    /// </summary>
    Any = List | Reveal | Write | Delete,
}
