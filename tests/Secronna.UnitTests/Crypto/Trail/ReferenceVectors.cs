using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Secronna.Crypto.Trail;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>The committed vectors of the trail's tree and its checkpoints, which the reference implementations made.</summary>
internal static class ReferenceVectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static TreeVectors Tree { get; } = Read<TreeVectors>("trail-tree");

    public static NoteVectors Notes { get; } = Read<NoteVectors>("trail-notes");

    public static TreeHash Hash(this string hex) => TreeHash.FromBytes(hex.Bytes());

    public static IReadOnlyList<TreeHash> Hashes(this IReadOnlyList<string> hex) => [.. hex.Select(Hash)];

    private static T Read<T>(string name)
    {
        using var stream = typeof(ReferenceVectors).Assembly.GetManifestResourceStream($"vectors/{name}.json");
        return JsonSerializer.Deserialize<T>(stream!, Options)!;
    }
}

internal sealed record TreeVectors(
    string About, IReadOnlyList<string> FirstEntries, IReadOnlyList<string> LeafHashes, IReadOnlyList<string> Roots,
    IReadOnlyList<InclusionVector> Inclusion, IReadOnlyList<ConsistencyVector> Consistency, IReadOnlyList<LogVector> Files,
    IReadOnlyList<PathVector> Paths, LargeLogVector Large);

internal sealed record InclusionVector(long Index, long Size, IReadOnlyList<string> Hashes);

internal sealed record ConsistencyVector(long From, long To, IReadOnlyList<string> Hashes);

internal sealed record LogVector(long Size, IReadOnlyList<FileVector> Files);

internal sealed record LargeLogVector(long Size, string Root, string Note, IReadOnlyList<FileVector> Files);

internal sealed record FileVector(string Path, int Bytes, string Sha256, string? Hex);

internal sealed record PathVector(int Level, long Index, int Width, string Tile, string Entries)
{
    // The vectors write the width of a full tile as 0.
    public int WidthInTile() => Width == 0 ? TilePosition.FullWidth : Width;
}

internal sealed record NoteVectors(
    string About, IReadOnlyList<BadNoteVector> Bad, IReadOnlyList<GoodNoteVector> Good, string Key, string Name, string OtherKey,
    string Seed);

internal sealed record BadNoteVector(string Note, string Why)
{
    public byte[] Utf8() => Encoding.UTF8.GetBytes(Note);
}

internal sealed record GoodNoteVector(string Note, long Size, string Text, string? Root, string? Key, string? Why)
{
    public byte[] Utf8() => Encoding.UTF8.GetBytes(Note);

    public VerifierKey Verifier() =>
        VerifierKey.TryParse(Key ?? ReferenceVectors.Notes.Key, out var key) ? key : throw new InvalidOperationException("the vectors' key is bad");
}
