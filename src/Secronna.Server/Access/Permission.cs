namespace Secronna.Server.Access;

/// <summary>A kind of operation that a caller may do. Each permission is a line of the contract's table of roles.</summary>
internal enum Permission
{
    /// <summary>See one's own identity. Every caller with a valid credential has this permission.</summary>
    Identify,

    /// <summary>List and look at projects, environments, secrets and versions, and search.</summary>
    List,

    /// <summary>Read values back.</summary>
    Reveal,

    /// <summary>Mint versions.</summary>
    Write,

    /// <summary>Delete secrets.</summary>
    Delete,

    /// <summary>Read the audit trail.</summary>
    ReadAudit,

    /// <summary>Create, rename and delete projects and environments.</summary>
    ManageProjects,

    /// <summary>Set or lift what guards the values of an environment: that every reveal needs a reason.</summary>
    ManageGuards,

    /// <summary>List and rotate KEKs; list and revoke credentials.</summary>
    ManageKeys,

    /// <summary>
    /// Make or widen power: create and change credentials. API keys have this permission only while
    /// <see cref="AccessSettings.KeysMayGrant"/> is set.
    /// </summary>
    ManageCredentials,
}
