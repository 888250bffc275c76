// An id of a known prefix and a ULID is a byte string:
//
//   0      1               2      18
//   | 0x51 | prefix number | ULID |
//   |    1 |             1 |   16 |
//
// Any other id is a text string.

namespace Secronna.Crypto.Trail;

/// <summary>
/// The form that ids have in entries: one CBOR item each (docs/formats.md). Two ids are equal if and only if their items are, so
/// an index may use the items in place of the texts. An id that is too long for an entry is cut, in its item as in the entry.
/// </summary>
public static class TrailId
{
    /// <summary>The size of the item of an id that is a known prefix and a ULID.</summary>
    public const int UlidItemSize = 1 + ContentSize;

    private const int ContentSize = 1 + Ulid.Size;

    private static readonly WordTable PrefixTable = new(
        first: 1, ["aud", "req", "proj", "env", "sec", "key", "kek", "whk", "dlv", "evt", "trust", "rule", "ses", "usr"]);

    /// <summary>All prefixes that have a number, in the order of their numbers. The first one has number 1.</summary>
    public static IReadOnlyList<string> Prefixes => PrefixTable.Words;

    /// <summary>The item of an actor's id.</summary>
    public static byte[] ItemOfActor(string actorId) => ItemOf(actorId, TrailText.MaxActorId);

    /// <summary>The item of any other id, such as the id of a project, an environment or a secret.</summary>
    public static byte[] ItemOf(string id) => ItemOf(id, TrailText.MaxId);

    /// <summary>The id of an item.</summary>
    /// <exception cref="FormatException">The bytes are not the item of an id.</exception>
    public static string FromItem(ReadOnlySpan<byte> item)
    {
        var reader = new CborReader(item);
        var id = Read(ref reader);
        Span<byte> buffer = stackalloc byte[CborHead.MaxSize + TrailText.MaxActorId];
        return Write(id, TrailText.MaxActorId, buffer).SequenceEqual(item)
            ? id
            : throw new FormatException("The id is not encoded as ids are.");
    }

    internal static void Write(ref CborWriter writer, string id, int maxSize)
    {
        Span<byte> content = stackalloc byte[ContentSize];
        if (TryPack(id, content))
        {
            writer.Bytes(content);
        }
        else
        {
            writer.Text(TrailText.Fit(id, maxSize));
        }
    }

    internal static string Read(ref CborReader reader) =>
        reader.Next == CborType.Text ? reader.Text() : Unpack(reader.Bytes());

    private static byte[] ItemOf(string id, int maxSize)
    {
        Span<byte> buffer = stackalloc byte[CborHead.MaxSize + TrailText.MaxActorId];
        return Write(id, maxSize, buffer).ToArray();
    }

    private static ReadOnlySpan<byte> Write(string id, int maxSize, Span<byte> buffer)
    {
        var writer = new CborWriter(buffer);
        Write(ref writer, id, maxSize);
        return buffer[..writer.Size];
    }

    private static bool TryPack(ReadOnlySpan<char> id, Span<byte> content)
    {
        var ulid = id.Length - Ulid.Length;
        if (ulid < 2 || id[ulid - 1] != '_' || !Ulid.TryRead(id[ulid..], content[1..]))
        {
            return false;
        }

        var prefix = PrefixTable.NumberOf(id[..(ulid - 1)]);
        content[0] = (byte)prefix;
        return prefix != WordTable.None;
    }

    private static string Unpack(ReadOnlySpan<byte> content)
    {
        if (content.Length != ContentSize)
        {
            throw new FormatException("An id of the entry has the wrong length.");
        }

        var prefix = PrefixTable.WordOf(content[0]);
        Span<char> ulid = stackalloc char[1 + Ulid.Length];
        ulid[0] = '_';
        Ulid.Write(content[1..], ulid[1..]);
        return string.Concat(prefix, ulid);
    }
}
