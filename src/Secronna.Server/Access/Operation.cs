namespace Secronna.Server.Access;

/// <summary>
/// One thing that the API does, declared once: who may do it and how it is recorded. The route, the service, the OpenAPI
/// document and the authorisation matrix of the tests all read this declaration.
/// </summary>
/// <param name="Permissions">The kinds of things that the caller's role must allow, all of them (S24).</param>
internal sealed record Operation(params IReadOnlyList<Permission> Permissions)
{
    /// <summary>
    /// The action of its audit entries (S17, S19). An operation with an action is recorded, and so are its refusals. <c>null</c>
    /// is an operation that leaves no entry.
    /// </summary>
    public string? AuditAction { get; init; }

    /// <summary>Whether values are read back, so that a person needs a sign-in with a second factor where that is required.</summary>
    public bool NeedsSecondFactor { get; init; }
}
