namespace Secronna.Storage.Engine;

/// <summary>
/// Collects the audit entries of a unit of work. The entries get their sequence numbers and their time when they are written, at
/// the end of the transaction.
/// </summary>
public sealed class AuditTrail
{
    private readonly List<EncodedEntry> entries = [];

    internal int Count => entries.Count;

    internal IReadOnlyList<EncodedEntry> Entries => entries;

    /// <summary>Adds an entry, which becomes durable together with the unit of work.</summary>
    /// <exception cref="ArgumentException">The entry is too long.</exception>
    public void Append(EncodedEntry entry)
    {
        if (entry.Bytes.Length > EncodedEntry.MaxBytes)
        {
            throw new ArgumentException($"an audit entry of {entry.Bytes.Length:N0} bytes is too long", nameof(entry));
        }

        entries.Add(entry);
    }

    internal void AppendAll(IEnumerable<EncodedEntry> more)
    {
        foreach (var entry in more)
        {
            Append(entry);
        }
    }

    /// <summary>Drops all entries but the first <paramref name="count"/>.</summary>
    internal void TruncateTo(int count) => entries.RemoveRange(count, entries.Count - count);
}
