namespace Secronna.Storage.Engine;

/// <summary>
/// The writing session. What a unit of work does here and what it appends to <see cref="Audit"/> become durable
/// together or not at all (S19).
/// </summary>
/// <remarks>
/// Others may write meanwhile: whatever is decided by a row that was read needs that row locked (<c>FOR UPDATE</c>,
/// <c>FOR SHARE</c>, or an update of it) before it is read. All take their locks in one order, so that none wait for each
/// other in a circle: project, environment, KEK, secret, credential, installation, master key, node, workspace.
/// </remarks>
public sealed class Transaction : Session
{
    internal Transaction(IEngineConnection connection)
        : base(connection)
    {
    }

    /// <summary>The entries that this unit of work records.</summary>
    public AuditTrail Audit { get; } = new();
}

/// <summary>Collects audit entries; they get their sequence numbers and their time when they are written.</summary>
public sealed class AuditTrail
{
    private readonly List<AuditEntry> entries = [];

    internal int Count => entries.Count;

    internal IReadOnlyList<AuditEntry> Entries => entries;

    /// <summary>Records an entry with the unit of work at hand.</summary>
    public void Append(AuditEntry entry) => entries.Add(entry);

    internal void AppendAll(IEnumerable<AuditEntry> more) => entries.AddRange(more);

    internal void CutBackTo(int count) => entries.RemoveRange(count, entries.Count - count);
}
