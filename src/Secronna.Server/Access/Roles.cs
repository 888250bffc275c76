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
        new(Permission.ManageGuards, None: false, Viewer: false, Member: false, Admin: true, AccessKey: false),
        new(Permission.ManageKeys, None: false, Viewer: false, Member: false, Admin: true, AccessKey: false),
        new(Permission.ManageCredentials, None: false, Viewer: false, Member: false, Admin: true, AccessKey: false),
    ];

    private static readonly Role[] NamedRoles = [Role.Viewer, Role.Member, Role.Admin, Role.Owner];

    public static bool Allows(Role role, Permission permission) => Table[(int)permission].Allows(role);

    /// <summary>The grants with the actions alone that the role allows; a grant without any is left out.</summary>
    public static IReadOnlyList<Grant> Within(Role role, IReadOnlyList<Grant> grants) =>
    [
        .. grants.Select(grant => grant with { Actions = [.. grant.Actions.Where(action => Allows(role, PermissionOf(action)))] })
            .Where(grant => grant.Actions.Count > 0),
    ];

    /// <summary>The roles that have a permission, in words.</summary>
    public static string NamesWith(Permission permission)
    {
        Role[] roles = [.. NamedRoles.Where(role => Allows(role, permission))];
        var last = $"{(roles.Length > 1 ? " or " : "")}{Name(roles[^1])}";
        return $"the role {string.Join(", ", roles[..^1].Select(Name))}{last}, or an API key";
    }

    /// <summary>What a caller has, in words.</summary>
    public static string Describe(Role role) => role switch
    {
        Role.AccessKey => "an access key can't do this",
        _ when Name(role) is { } name => $"your role is {name}",
        _ => "you have no role",
    };

    /// <summary>The role of this name. An unknown name gives the role that allows nothing beyond grants.</summary>
    public static Role Parse(string name) => name switch
    {
        RoleNames.Owner => Role.Owner,
        RoleNames.Admin => Role.Admin,
        RoleNames.Member => Role.Member,
        RoleNames.Viewer => Role.Viewer,
        _ => Role.Restricted,
    };

    private static Permission PermissionOf(string action) => action switch
    {
        GrantActionNames.List => Permission.List,
        GrantActionNames.Reveal => Permission.Reveal,
        GrantActionNames.Write => Permission.Write,
        GrantActionNames.Delete => Permission.Delete,
        _ => throw new InvalidOperationException("no permission is declared for this action of a grant"),
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
