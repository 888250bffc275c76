namespace Secronna.Storage.Engine;

/// <summary>
/// Collects the audit entries of a unit of work. The entries get their sequence numbers and their time when they are written, at
/// the end of the transaction.
/// </summary>
public sealed class AuditTrail
{
    private readonly List<AuditEntry> entries = [];

    internal int Count => entries.Count;

    internal IReadOnlyList<AuditEntry> Entries => entries;

    /// <summary>Adds an entry, which becomes durable together with the unit of work.</summary>
    public void Append(AuditEntry entry) => entries.Add(entry);

    internal void AppendAll(IEnumerable<AuditEntry> more) => entries.AddRange(more);

    /// <summary>Drops all entries but the first <paramref name="count"/>.</summary>
    internal void TruncateTo(int count) => entries.RemoveRange(count, entries.Count - count);
}
