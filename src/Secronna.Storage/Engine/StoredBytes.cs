namespace Secronna.Storage.Engine;

/// <summary>
/// Collects by how much a unit of work changes the bytes of sealed content that workspaces store. The changes are added to the
/// workspaces' rows at the end of the transaction, because those rows are locked last (docs/design/locks.md).
/// </summary>
public sealed class StoredBytes
{
    private readonly List<(string WorkspaceId, long Bytes)> changes = [];

    internal int Count => changes.Count;

    /// <summary>The sum of each workspace's changes, ordered by workspace id, which is the order of locks.</summary>
    internal IEnumerable<(string WorkspaceId, long Bytes)> Sums => changes
        .GroupBy(change => change.WorkspaceId, change => change.Bytes, StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => (group.Key, group.Sum()));

    /// <summary>Counts bytes that a workspace stores from now on; with a negative number, bytes that it stores no more.</summary>
    public void Add(string workspaceId, long bytes)
    {
        if (bytes != 0)
        {
            changes.Add((workspaceId, bytes));
        }
    }

    /// <summary>
    /// The changes of a workspace that its row does not hold yet. On SQLite they include those of the units of work before this
    /// one in the same batch.
    /// </summary>
    public long PendingOf(string workspaceId) =>
        changes.Where(change => change.WorkspaceId == workspaceId).Sum(change => change.Bytes);

    /// <summary>Drops all changes but the first <paramref name="count"/>.</summary>
    internal void TruncateTo(int count) => changes.RemoveRange(count, changes.Count - count);
}
