namespace Secronna.Storage.Engine;

/// <summary>The receipts for the entries of a transaction, which are given once the transaction is durable.</summary>
internal sealed class TrailReceipts
{
    private readonly List<(TrailReceipt Receipt, long Epoch, long Sequence)> written = [];

    /// <summary>Whether any of the entries has a receipt.</summary>
    public static bool AreWanted(EncodedEntry[] entries) => Array.Exists(entries, static entry => entry.Receipt is not null);

    /// <summary>Notes the entries of a workspace that were written.</summary>
    /// <param name="entries">The entries, whose sequence numbers follow each other.</param>
    /// <param name="epoch">The epoch of the trail.</param>
    /// <param name="first">The sequence number of the first one.</param>
    public void Note(EncodedEntry[] entries, long epoch, long first)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Receipt is { } receipt)
            {
                written.Add((receipt, epoch, first + i));
            }
        }
    }

    /// <summary>Gives the receipts. Must be called once the transaction is durable, and before its units are answered.</summary>
    public void Give()
    {
        foreach (var (receipt, epoch, sequence) in written)
        {
            receipt.Add(epoch, sequence);
        }

        written.Clear();
    }

    /// <summary>Gives none, because the transaction was undone.</summary>
    public void Drop() => written.Clear();
}
