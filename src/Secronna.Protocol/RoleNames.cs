namespace Secronna.Protocol;

/// <summary>The roles in a workspace, as the identity provider's tokens name them.</summary>
public static class RoleNames
{
    /// <summary>May do everything, like an admin.</summary>
    public const string Owner = "owner";

    /// <summary>May do everything.</summary>
    public const string Admin = "admin";

    /// <summary>May read, write and delete secrets, and read the audit trail.</summary>
    public const string Member = "member";

    /// <summary>May see everything except values and credentials.</summary>
    public const string Viewer = "viewer";

    /// <summary>May do nothing beyond asking who it is.</summary>
    public const string Restricted = "restricted";

    /// <summary>All of them, the strongest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Owner, Admin, Member, Viewer, Restricted];
}
