namespace Secronna.Server.Access;

/// <summary>A kind of thing that a caller may do, as the contract's table of roles has them.</summary>
internal enum Permission
{
    /// <summary>Anyone with a valid credential: what is about the caller itself.</summary>
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

    /// <summary>KEKs and credentials.</summary>
    ManageKeys,
}
