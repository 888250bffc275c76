using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>Reads entries that are proven to be in the tree of a verified checkpoint.</summary>
internal sealed class ProvenEntries(ServerLog log)
{
    /// <summary>Reads an entry, and verifies its proof.</summary>
    /// <param name="sequence">The entry's number.</param>
    /// <param name="checkpoint">The verified checkpoint, which covers the entry.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="TrailMismatchException">The proof is wrong.</exception>
    public async Task<RecordedEntry> ReadAsync(long sequence, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var (entry, hashes) = Parse(await log.ReadProofAsync(sequence, checkpoint, cancellation).ConfigureAwait(false), sequence);
        return new InclusionProof(sequence - 1, checkpoint.Size, hashes).Proves(TreeHasher.HashLeaf(entry), checkpoint.Root)
            ? LeafTile.Decode(checkpoint.Origin.Workspace ?? "", entry, sequence)
            : throw new TrailMismatchException($"the proof of entry {sequence} doesn't lead to the root that the checkpoint has");
    }

    private static (byte[] Entry, List<TreeHash> Hashes) Parse(AuditProofResponse answer, long sequence)
    {
        try
        {
            return (Convert.FromHexString(answer.Entry), [.. answer.Hashes.Select(hash => TreeHash.FromBytes(Convert.FromHexString(hash)))]);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new TrailMismatchException($"the proof of entry {sequence} can't be read");
        }
    }
}
