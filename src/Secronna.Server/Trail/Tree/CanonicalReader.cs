using Secronna.Storage.Engine;

namespace Secronna.Server.Trail.Tree;

/// <summary>Takes the canonical bytes of an entry. They are valid during the call only.</summary>
internal delegate void CanonicalEntry(ReadOnlySpan<byte> canonical);

/// <summary>Reads the canonical bytes of a trail's entries, which the tree hashes.</summary>
internal static class CanonicalReader
{
    /// <inheritdoc cref="EntryReader.ReadAsync"/>
    public static ValueTask<long> ReadAsync(Session session, string workspaceId, long from, long end, CanonicalEntry take)
    {
        var buffer = new CanonicalBuffer();
        return EntryReader.ReadAsync(session, workspaceId, from, end, (sequence, at, entry) => take(buffer.Of(sequence, at, entry)));
    }

    /// <summary>Reads exactly these entries: up to a few hundred.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async ValueTask ReadExactlyAsync(Session session, string workspaceId, long from, long end, CanonicalEntry take)
    {
        if (from < end && await ReadAsync(session, workspaceId, from, end, take) is var next && next < end)
        {
            throw TrailDamagedException.Missing(next);
        }
    }
}
