using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A page of the audit trail, newest entries first.</summary>
/// <param name="Entries">The entries. A page may have few entries or none although further pages have more.</param>
/// <param name="NextBelow">The next page has entries with sequence numbers below this one; <c>null</c> on the last page.</param>
public sealed record AuditPage(IReadOnlyList<RecordedEntry> Entries, long? NextBelow);
