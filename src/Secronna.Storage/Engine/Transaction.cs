namespace Secronna.Storage.Engine;

/// <summary>
/// The session of a unit of work that writes. Its changes and the entries that it appends to <see cref="Audit"/> become durable
/// together or not at all (S19).
/// </summary>
/// <remarks>
/// Other transactions may write at the same time. So a unit whose decision depends on a row must lock that row before reading it:
/// with <c>FOR UPDATE</c>, <c>FOR SHARE</c> or an update. All units take their locks in one order, which docs/design/locks.md
/// gives, so that no deadlock arises.
/// </remarks>
public sealed class Transaction : Session
{
    internal Transaction(IEngineConnection connection)
        : base(connection)
    {
    }

    /// <summary>The audit entries of this unit of work.</summary>
    public AuditTrail Audit { get; } = new();

    /// <summary>The changes of the bytes that workspaces store.</summary>
    public StoredBytes StoredBytes { get; } = new();
}
