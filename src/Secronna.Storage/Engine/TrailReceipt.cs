namespace Secronna.Storage.Engine;

/// <summary>Tells a request which entries of its workspace's trail it has recorded. It learns of an entry when that is durable.</summary>
public sealed class TrailReceipt
{
    private bool hasGap;

    /// <summary>The epoch of the trail.</summary>
    public long Epoch { get; private set; }

    /// <summary>The sequence number of the first entry.</summary>
    public long First { get; private set; }

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Whether there are entries, and they follow each other in one epoch. Entries that were recorded in several commits may have
    /// those of other requests between them.
    /// </summary>
    public bool IsRange => Count > 0 && !hasGap;

    internal void Add(long epoch, long sequence)
    {
        if (Count == 0)
        {
            (Epoch, First) = (epoch, sequence);
        }

        hasGap |= epoch != Epoch || sequence != First + Count;
        Count++;
    }
}
