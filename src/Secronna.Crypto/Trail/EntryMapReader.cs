namespace Secronna.Crypto.Trail;

/// <summary>
/// Reads the pairs of an entry's map. The methods must be called in the ascending order of the keys. A key that the map does not
/// have gives <c>null</c> or an empty span. Every method throws <see cref="FormatException"/> for bytes that are no such map.
/// </summary>
internal ref struct EntryMapReader
{
    private const int NoKey = -1;

    private CborReader reader;
    private int pairsLeft;

    // The key of the next pair, once it was read.
    private int nextKey = NoKey;

    public EntryMapReader(ReadOnlySpan<byte> entry)
    {
        reader = new CborReader(entry);
        pairsLeft = reader.Map();
    }

    public int? Number(int key) => Has(key) ? reader.Number() : null;

    public string? Text(int key) => Has(key) ? reader.Text() : null;

    public string? Id(int key) => Has(key) ? TrailId.Read(ref reader) : null;

    public string? Address(int key) => Has(key) ? TrailAddress.Read(ref reader) : null;

    public string? Word(int key, WordTable table)
    {
        if (!Has(key))
        {
            return null;
        }

        return reader.Next == CborType.Text ? reader.Text() : table.WordOf(reader.Number());
    }

    /// <summary>The number of a word, <see cref="WordTable.None"/> if it is text, or <c>null</c>.</summary>
    public int? WordNumber(int key)
    {
        if (!Has(key))
        {
            return null;
        }

        if (reader.Next == CborType.Number)
        {
            return reader.Number();
        }

        reader.Item();
        return WordTable.None;
    }

    public BoxHash? Hash(int key) => Has(key) ? BoxHash.FromBytes(HashBytes()) : null;

    /// <summary>The bytes of a hash.</summary>
    public ReadOnlySpan<byte> RawHash(int key) => Has(key) ? HashBytes() : [];

    /// <summary>A whole item, its head included.</summary>
    public ReadOnlySpan<byte> Item(int key) => Has(key) ? reader.Item() : [];

    private bool Has(int key)
    {
        if (nextKey == NoKey && pairsLeft > 0)
        {
            nextKey = reader.Number();
            pairsLeft--;
        }

        if (nextKey != key)
        {
            return false;
        }

        nextKey = NoKey;
        return true;
    }

    private ReadOnlySpan<byte> HashBytes()
    {
        var hash = reader.Bytes();
        return hash.Length == BoxHash.Size ? hash : throw new FormatException("A box hash is 32 bytes long.");
    }
}
