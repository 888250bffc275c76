namespace Secronna.Crypto.Trail;

/// <summary>Writes the pairs of an entry's map. A pair whose value is <c>null</c> is left out.</summary>
internal ref struct EntryMapWriter(Span<byte> buffer)
{
    // Room for the head of the map, which is written last, when the number of pairs is known.
    private const int MaxHeadSize = 2;

    private readonly Span<byte> buffer = buffer;
    private CborWriter writer = new(buffer[MaxHeadSize..]);
    private int pairs;

    public void Number(int key, int? value)
    {
        if (value is { } number)
        {
            Key(key);
            writer.Number(number);
        }
    }

    /// <summary>Writes a text that <see cref="TrailText"/> has made fit, or one without a limit.</summary>
    public void Text(int key, scoped ReadOnlySpan<char> value)
    {
        Key(key);
        writer.Text(value);
    }

    public void Text(int key, string? value, int maxSize)
    {
        if (value is not null)
        {
            Text(key, TrailText.Fit(value, maxSize));
        }
    }

    public void Id(int key, string? value, int maxSize = TrailText.MaxId)
    {
        if (value is not null)
        {
            Key(key);
            TrailId.Write(ref writer, value, maxSize);
        }
    }

    public void Address(int key, string? value)
    {
        if (value is not null)
        {
            Key(key);
            TrailAddress.Write(ref writer, value);
        }
    }

    public void Word(int key, string value, WordTable table)
    {
        Key(key);
        var number = table.NumberOf(value);
        if (number == WordTable.None)
        {
            writer.Text(TrailText.Fit(value, TrailText.MaxWord));
        }
        else
        {
            writer.Number(number);
        }
    }

    public void Hash(int key, BoxHash? value)
    {
        if (value is { } hash)
        {
            Key(key);
            hash.CopyTo(writer.Bytes(BoxHash.Size));
        }
    }

    /// <summary>Writes the head of the map, and returns the bytes of the whole map.</summary>
    public readonly ReadOnlySpan<byte> Finish()
    {
        Span<byte> head = stackalloc byte[MaxHeadSize];
        var headSize = CborHead.Write(head, CborType.Map, pairs);
        var start = MaxHeadSize - headSize;
        head[..headSize].CopyTo(buffer[start..]);
        return buffer[start..(MaxHeadSize + writer.Size)];
    }

    private void Key(int key)
    {
        writer.Number(key);
        pairs++;
    }
}
