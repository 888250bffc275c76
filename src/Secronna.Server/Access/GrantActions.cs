using System.Numerics;
using Secronna.Protocol;

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

/// <summary>Actions in words, for messages.</summary>
internal static class GrantActionWords
{
    /// <summary>The names of the actions, as in <c>list and reveal</c>; <c>none</c> if there are none.</summary>
    public static string Names(this GrantActions actions)
    {
        string[] names =
        [
            .. GrantActionNames.All.Where(name => (actions & Enum.Parse<GrantActions>(name, ignoreCase: true)) != GrantActions.None),
        ];
        return names switch
        {
            [] => "none",
            [var only] => only,
            [.. var first, var last] => $"{string.Join(", ", first)} and {last}",
        };
    }

    /// <summary>The actions with their noun, as in <c>the action write</c>.</summary>
    public static string InWords(this GrantActions actions) =>
        $"the action{(BitOperations.PopCount((uint)actions) > 1 ? "s" : "")} {actions.Names()}";
}
