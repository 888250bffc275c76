using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>
/// The table of roles: it says which role has which permission. The contract and docs/access.md have the same table.
/// </summary>
internal static class Roles
{
    /// <summary>One rule for each permission, in the order of the permissions' numbers.</summary>
    public static IReadOnlyList<RoleRule> Table { get; } =
    [
        new(Permission.Identify, None: true, Viewer: true, Member: true, Admin: true, AccessKey: true),
        new(Permission.List, None: false, Viewer: true, Member: true, Admin: true, AccessKey: true),
        new(Permission.Reveal, None: false, Viewer: false, Member: true, Admin: true, AccessKey: true),
        new(Permission.Write, None: false, Viewer: false, Member: true, Admin: true, AccessKey: true),
        new(Permission.Delete, None: false, Viewer: false, Member: true, Admin: true, AccessKey: true),
        new(Permission.ReadAudit, None: false, Viewer: true, Member: true, Admin: true, AccessKey: false),
        new(Permission.ManageProjects, None: false, Viewer: false, Member: false, Admin: true, AccessKey: false),
        new(Permission.ManageKeys, None: false, Viewer: false, Member: false, Admin: true, AccessKey: false),
    ];

    public static bool Allows(Role role, Permission permission) => Table[(int)permission].Allows(role);

    /// <summary>The role of this name. An unknown name gives the role that allows nothing beyond grants.</summary>
    public static Role Parse(string name) => name switch
    {
        RoleNames.Owner => Role.Owner,
        RoleNames.Admin => Role.Admin,
        RoleNames.Member => Role.Member,
        RoleNames.Viewer => Role.Viewer,
        _ => Role.Restricted,
    };

    /// <summary>The role's name in the contract; <c>null</c> for roles that the contract has no name for.</summary>
    public static string? Name(Role role) => role switch
    {
        Role.Owner => RoleNames.Owner,
        Role.Admin => RoleNames.Admin,
        Role.Member => RoleNames.Member,
        Role.Viewer => RoleNames.Viewer,
        Role.Restricted => RoleNames.Restricted,
        _ => null,
    };
}

/// <summary>A line of the table of roles: it says which roles have a permission.</summary>
internal sealed record RoleRule(Permission Permission, bool None, bool Viewer, bool Member, bool Admin, bool AccessKey)
{
    public bool Allows(Role role) => role switch
    {
        Role.Viewer => Viewer,
        Role.Member => Member,
        Role.Admin or Role.Owner or Role.ApiKey => Admin,
        Role.AccessKey or Role.Restricted => AccessKey,
        _ => None,
    };
}
