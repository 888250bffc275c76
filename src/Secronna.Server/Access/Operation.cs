namespace Secronna.Server.Access;

/// <summary>
/// An operation of the API, declared once: who may do it, and how it is recorded. The route, the service, the OpenAPI document
/// and the tests' authorisation matrix all read this declaration.
/// </summary>
/// <param name="Permissions">The permissions (S24). The caller's role must have all of them.</param>
internal sealed record Operation(params IReadOnlyList<Permission> Permissions)
{
    /// <summary>
    /// The action of the operation's audit entries (S17, S19). An operation with an action is recorded, and so are its refusals.
    /// An operation with <c>null</c> leaves no entry.
    /// </summary>
    public string? AuditAction { get; init; }

    /// <summary>
    /// A permission that some requests of the operation need in addition to the others; <c>null</c> if there is none.
    /// </summary>
    public Permission? OptionalPermission { get; init; }

    /// <summary>
    /// Whether the operation reads many rows. Such reads run in a <see cref="FairGate"/>, which leaves the other reads their part
    /// of the database.
    /// </summary>
    public bool IsHeavy { get; init; }

    /// <summary>
    /// Whether the operation reads values back. If the server requires a second factor, a user must have signed in with one for
    /// such an operation.
    /// </summary>
    public bool NeedsSecondFactor { get; init; }
}
