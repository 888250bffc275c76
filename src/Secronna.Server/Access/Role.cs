namespace Secronna.Server.Access;

/// <summary>The role of a caller, which decides which kinds of operations the caller may do.</summary>
internal enum Role
{
    /// <summary>No rights. This stands for the operator at the command line, who needs no role.</summary>
    None,

    /// <summary>
    /// Nothing beyond grants, like an access key. This also stands for a token that names no role, or none that the server knows.
    /// </summary>
    Restricted,

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
