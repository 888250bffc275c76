namespace Secronna.Server.Access;

/// <summary>
/// An operation of the API, declared once: who may do it, and how it is recorded. The route, the service, the OpenAPI document
/// and the tests' authorisation matrix all read this declaration.
/// </summary>
/// <param name="Permissions">The permissions that the caller's role must have, all of them (S24).</param>
internal sealed record Operation(params IReadOnlyList<Permission> Permissions)
{
    /// <summary>
    /// The action of the operation's audit entries (S17, S19). An operation with an action is recorded, and so are its refusals.
    /// An operation with <c>null</c> leaves no entry.
    /// </summary>
    public string? AuditAction { get; init; }

    /// <summary>
    /// Whether the operation reads values back, so that a person must have signed in with a second factor if the server requires
    /// one.
    /// </summary>
    public bool NeedsSecondFactor { get; init; }
}
