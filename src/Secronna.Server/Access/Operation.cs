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

    /// <summary>The actions that must be granted on what the operation aims at.</summary>
    public GrantActions Actions => Permissions.Aggregate(GrantActions.None, (actions, permission) => actions | permission switch
    {
        Permission.List => GrantActions.List,
        Permission.Reveal => GrantActions.Reveal,
        Permission.Write => GrantActions.Write,
        Permission.Delete => GrantActions.Delete,
        _ => GrantActions.None,
    });

    /// <summary>How the operation makes the database grow.</summary>
    public StorageGrowth Growth { get; init; }

    /// <summary>
    /// Whether the operation reads many rows. Such reads run in a <see cref="FairGate"/>, which leaves the other reads their part
    /// of the database.
    /// </summary>
    public bool IsHeavy { get; init; }

    /// <summary>
    /// Says of a recorded operation that it opens no value, gives or takes no power, and deletes nothing, so that a person may do
    /// it without a second factor (S32).
    /// </summary>
    public bool IsHarmless { get; init; }

    /// <summary>
    /// Whether a person must have signed in with a second factor, if the server requires one (S32). Every recorded operation
    /// needs it that does not say that it is harmless, so that a new operation which says nothing needs it.
    /// </summary>
    public bool NeedsSecondFactor => AuditAction is not null && !IsHarmless;
}
