using Secronna.Crypto.Trail;

namespace Secronna.Server.Trail.Reading;

/// <summary>A page of a trail, newest entries first.</summary>
/// <param name="Entries">The entries. A page may have few entries or none although further pages have more.</param>
/// <param name="NextBelow">The next page has entries with sequence numbers below this one; <c>null</c> on the last page.</param>
internal sealed record TrailPage(IReadOnlyList<RecordedEntry> Entries, long? NextBelow);
