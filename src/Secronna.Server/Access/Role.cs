using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>What decides which kinds of things a caller may do at all.</summary>
internal enum Role
{
    /// <summary>No rights: a role that is not known here, and the operator at the command line, who needs none.</summary>
    None,

    /// <summary>Looks, but at no value.</summary>
    Viewer,

    /// <summary>Reads and writes secrets.</summary>
    Member,

    /// <summary>Everything in its workspace.</summary>
    Admin,

    /// <summary>As an admin.</summary>
    Owner,

    /// <summary>An API key: as an admin.</summary>
    ApiKey,

    /// <summary>An access key: of its kinds of things, what its grants allow.</summary>
    AccessKey,
}

/// <summary>The table of roles: who may do what kind of thing at all. The contract and docs/api.md have the same.</summary>
internal static class Roles
{
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

    /// <summary>The role that a token names; one that is not known has no rights.</summary>
    public static Role Parse(string name) => name switch
    {
        RoleNames.Owner => Role.Owner,
        RoleNames.Admin => Role.Admin,
        RoleNames.Member => Role.Member,
        RoleNames.Viewer => Role.Viewer,
        _ => Role.None,
    };

    /// <summary>A role's name in the contract; null where the caller has none.</summary>
    public static string? Name(Role role) => role switch
    {
        Role.Owner => RoleNames.Owner,
        Role.Admin => RoleNames.Admin,
        Role.Member => RoleNames.Member,
        Role.Viewer => RoleNames.Viewer,
        _ => null,
    };
}

/// <summary>A line of the table of roles. Its place in the table is its permission's number.</summary>
internal sealed record RoleRule(Permission Permission, bool None, bool Viewer, bool Member, bool Admin, bool AccessKey)
{
    public bool Allows(Role role) => role switch
    {
        Role.Viewer => Viewer,
        Role.Member => Member,
        Role.Admin or Role.Owner or Role.ApiKey => Admin,
        Role.AccessKey => AccessKey,
        _ => None,
    };
}
