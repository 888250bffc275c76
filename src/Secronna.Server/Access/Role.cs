namespace Secronna.Server.Access;

/// <summary>Decides which kinds of things a caller may do at all.</summary>
internal enum Role
{
    /// <summary>
    /// No rights: a role that this server does not know, or the operator at the command line, who needs no role.
    /// </summary>
    None,

    /// <summary>Sees everything but values.</summary>
    Viewer,

    /// <summary>Reads and writes secrets.</summary>
    Member,

    /// <summary>May do everything in its workspace.</summary>
    Admin,

    /// <summary>The same rights as an admin.</summary>
    Owner,

    /// <summary>An API key: the same rights as an admin.</summary>
    ApiKey,

    /// <summary>An access key: its grants decide where in the workspace it may do what this role allows.</summary>
    AccessKey,
}
