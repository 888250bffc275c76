using Secronna.Crypto;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// The batches of one retiring KEK: re-wraps data keys, and knows which of those that are read are on their way already, or
/// stay.
/// </summary>
internal sealed class DataKeyBatch(KekRow old, LeasedKek oldKek)
{
    private readonly HashSet<VersionId> left = [];
    private HashSet<VersionId> writing = [];

    /// <summary>Data keys that stay as they are: those that don't unwrap, and those that are being removed.</summary>
    public int Left => left.Count;

    /// <summary>Data keys that don't unwrap (S6).</summary>
    public int Broken { get; private set; }

    /// <summary>Data keys re-wrapped so far.</summary>
    public long Done { get; private set; }

    /// <summary>Whether the last batch may be on its way still.</summary>
    public bool IsWriting => writing.Count > 0;

    /// <summary>How many of those that are read <see cref="Without"/> may leave out.</summary>
    public int Excluded => left.Count + writing.Count;

    public List<DataKeyRow> Without(List<DataKeyRow> rows)
    {
        rows.RemoveAll(row => left.Contains(row.Id) || writing.Contains(row.Id));
        return rows;
    }

    /// <summary>The batch before is written; these are on their way.</summary>
    public void Written(DataKeyRow[] next) => writing = [.. next.Select(row => row.Id)];

    public List<RewrappedDataKey> Rewrap(LeasedKek kek, DataKeyRow[] rows)
    {
        using var rewrap = new DataKeyRewrap(oldKek.Key, oldKek.Id, oldKek.Name, kek.Key, kek.Id, kek.Name);
        var keys = new List<RewrappedDataKey>(rows.Length);
        foreach (var row in rows)
        {
            // Bound to the KEK's own workspace and project, not to those that a row names: one moved here from elsewhere
            // doesn't unwrap.
            var binding = new VersionBinding(old.WorkspaceId, old.ProjectId, row.EnvironmentId, row.Id.SecretId, row.Id.Version);
            try
            {
                keys.Add(new RewrappedDataKey(row.Id, row.WrappedDataKey, rewrap.Rewrap(binding, row.WrappedDataKey)));
            }
            catch (DecryptionException)
            {
                left.Add(row.Id);
                // One that is overwritten belongs to what was deleted, and goes soon.
                Broken += row.WrappedDataKey.AsSpan().ContainsAnyExcept((byte)0) ? 1 : 0;
            }
        }

        Done += keys.Count;
        return keys;
    }
}
