namespace Secronna.Crypto.Trail;

/// <summary>
/// The hashes of 256 leaves with their root. Hashing a tile takes almost all of the time that appending it takes, and needs
/// nothing of the tree: so many threads can make tiles, and one appends them in order.
/// </summary>
public sealed class HashedTile
{
    private readonly ReadOnlyMemory<byte> hashes;

    /// <summary>Computes the root of a full tile.</summary>
    /// <param name="hashes">The hashes of 256 leaves. They aren't copied, and must not change.</param>
    /// <exception cref="ArgumentException">There aren't exactly 8,192 bytes.</exception>
    public HashedTile(ReadOnlyMemory<byte> hashes)
    {
        if (hashes.Length != TilePosition.FullSize)
        {
            throw new ArgumentException("A full tile is 8,192 bytes long.", nameof(hashes));
        }

        this.hashes = hashes;
        Root = TreeHasher.HashPerfectTree(hashes.Span);
    }

    /// <summary>The root of the tile.</summary>
    public TreeHash Root { get; }

    /// <summary>The hashes of the leaves.</summary>
    public ReadOnlySpan<byte> Hashes => hashes.Span;
}
