using Microsoft.Data.Sqlite;

namespace Secronna.Storage.Engine;

/// <summary>
/// The writing session. What a unit of work does here and what it appends to <see cref="Audit"/> become durable
/// together or not at all (S19).
/// </summary>
public sealed class Transaction : Session
{
    internal Transaction(SqliteConnection connection)
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

    internal void CutBackTo(int count) => entries.RemoveRange(count, entries.Count - count);
}
