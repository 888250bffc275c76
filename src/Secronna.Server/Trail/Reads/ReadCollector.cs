using System.Buffers.Binary;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Trail.Index;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Reads;

/// <summary>
/// Tallies the reads of entries that are added in the order of their numbers. A reveal counts, and so does a comparison of values,
/// which makes a reader but adds to no count. An entry of anything else, or of what did not succeed, costs no allocation.
/// </summary>
internal sealed class ReadCollector(string workspaceId)
{
    // In place of a version's number.
    private const int NoVersion = 0;
    private const int Comparison = -1;

    // The first byte of a key.
    private const byte OfAllSecrets = 0;
    private const byte OfSecret = 1;
    private const int MaxKeyBytes = 4_096;

    private static readonly int Reveal = TrailActions.NumberOf(AuditActions.SecretReveal);
    private static readonly int Compare = TrailActions.NumberOf(AuditActions.SecretCompare);

    private readonly Dictionary<byte[], OpenTally> tallies = new(TermComparer.Instance);
    private readonly byte[] key = new byte[MaxKeyBytes];

    // The tally of all secrets that was added to last. Most entries have the same reader and day as the one before.
    private byte[] lastKeyOfAll = [];
    private OpenTally? lastOfAll;

    /// <summary>How many tallies there are.</summary>
    public int Count => tallies.Count;

    /// <summary>Adds an entry.</summary>
    /// <exception cref="FormatException">The bytes are not an entry.</exception>
    public void Add(long sequence, long at, ReadOnlySpan<byte> entry)
    {
        var fields = TrailEntryFields.Read(entry);
        var isReveal = fields.Action == Reveal;
        if (!(isReveal || fields.Action == Compare) || fields.Outcome != TrailOutcomes.Success || fields.SecretId.IsEmpty)
        {
            return;
        }

        var day = ReadDays.Of(at);
        var reader = WriteReader(fields, day);
        if (isReveal)
        {
            TallyOfAll(reader, sequence, at, entry).Add(sequence, at);
        }

        var version = isReveal ? fields.Version ?? NoVersion : Comparison;
        TallyOf(WriteSecret(reader, fields.SecretId, version), sequence, at, entry, version, isOfSecret: true).Add(sequence, at);
    }

    /// <summary>All tallies, by secret, and those of a secret by their last entries.</summary>
    public List<ReadTally> ToTallies() =>
    [
        .. tallies.Values.OrderBy(tally => tally.SecretId, StringComparer.Ordinal).ThenBy(tally => tally.LastSequence)
            .Select(tally => tally.Close()),
    ];

    // Begins a key: day and reader. Each id is an item that says where it ends. Returns the size.
    private int WriteReader(in TrailEntryFields fields, long day)
    {
        key[0] = OfAllSecrets;
        BinaryPrimitives.WriteInt64LittleEndian(key.AsSpan(1), day);
        key[9] = (byte)fields.ActorType;
        var rest = Append(Append(key.AsSpan(10), fields.ActorId), fields.Subject);
        return key.Length - rest.Length;
    }

    // Completes the key of a tally of a secret. Returns the size.
    private int WriteSecret(int reader, ReadOnlySpan<byte> secretId, int version)
    {
        key[0] = OfSecret;
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(reader), version);
        var rest = Append(key.AsSpan(reader + sizeof(int)), secretId);
        return key.Length - rest.Length;
    }

    private OpenTally TallyOfAll(int keySize, long sequence, long at, ReadOnlySpan<byte> entry)
    {
        var name = key.AsSpan(0, keySize);
        if (lastOfAll is null || !name.SequenceEqual(lastKeyOfAll))
        {
            lastKeyOfAll = name.ToArray();
            lastOfAll = TallyOf(keySize, sequence, at, entry, NoVersion, isOfSecret: false);
        }

        return lastOfAll;
    }

    private OpenTally TallyOf(int keySize, long sequence, long at, ReadOnlySpan<byte> entry, int version, bool isOfSecret)
    {
        var lookup = tallies.GetAlternateLookup<ReadOnlySpan<byte>>();
        var name = key.AsSpan(0, keySize);
        if (!lookup.TryGetValue(name, out var tally))
        {
            lookup[name] = tally = Open(sequence, at, entry, version, isOfSecret);
        }

        return tally;
    }

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> item)
    {
        if (item.Length > rest.Length)
        {
            throw new FormatException("An id of the entry is too long.");
        }

        item.CopyTo(rest);
        return rest[item.Length..];
    }

    private OpenTally Open(long sequence, long at, ReadOnlySpan<byte> entry, int version, bool isOfSecret)
    {
        var decoded = TrailEntryFormat.Decode(workspaceId, entry);
        return new OpenTally
        {
            SecretId = isOfSecret ? decoded.SecretId! : ReadTally.Workspace,
            Reader = new SecretReader(decoded.ActorType, decoded.ActorId, decoded.Subject ?? ""),
            Day = ReadDays.Of(at),
            Version = version,
            FirstAt = at,
            FirstSequence = sequence,
        };
    }

    /// <summary>A tally that grows.</summary>
    private sealed class OpenTally
    {
        public required string SecretId { get; init; }

        public required SecretReader Reader { get; init; }

        public required long Day { get; init; }

        public required int Version { get; init; }

        public required long FirstAt { get; init; }

        public required long FirstSequence { get; init; }

        public long LastSequence { get; private set; }

        private long LastAt { get; set; }

        private long Count { get; set; }

        public void Add(long sequence, long at)
        {
            Count++;
            (LastAt, LastSequence) = (at, sequence);
        }

        public ReadTally Close() => new(
            SecretId, Reader, Day, SecretId == ReadTally.Workspace || Version == Comparison ? null : Version,
            Version == Comparison ? 0 : Count, FirstAt, FirstSequence, LastAt);
    }
}
