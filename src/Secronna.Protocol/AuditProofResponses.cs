using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>
/// A proof that an entry is in the audit trail (RFC 9162, section 2.1.3). Bytes are in lower-case hex.
/// </summary>
/// <param name="Epoch">The epoch of the trail.</param>
/// <param name="Entry">The canonical bytes of the entry.</param>
/// <param name="LeafHash">The hash of these bytes, as a leaf of the tree.</param>
/// <param name="Index">The leaf's index, from 0: one less than the entry's sequence number.</param>
/// <param name="Size">The number of entries of the tree.</param>
/// <param name="Hashes">The siblings on the way from the leaf to the root, the leaf's own sibling first.</param>
public sealed record AuditProofResponse(
    long Epoch, string Entry, string LeafHash, long Index, long Size, IReadOnlyList<string> Hashes);

/// <summary>The keys that sign the checkpoints of the workspace's audit trail, oldest first.</summary>
/// <param name="Origin">The name of the trail in its checkpoints. It names the installation, the workspace and the epoch.</param>
/// <param name="Keys">The keys.</param>
public sealed record AuditKeysResponse(string Origin, IReadOnlyList<AuditKeyResponse> Keys);

/// <summary>A key that signs checkpoints.</summary>
/// <param name="Key">The key as a verifier reads it: name, id and public key (C2SP signed-note).</param>
/// <param name="CreatedAt">From when on it signs.</param>
/// <param name="RetiredAt">Until when it signed; <c>null</c> for the key that signs now.</param>
public sealed record AuditKeyResponse(string Key, Instant CreatedAt, Instant? RetiredAt)
{
    /// <summary>Where the trail names the key that followed; absent for the key that signs now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AuditKeySuccessor? Successor { get; init; }
}

/// <summary>The step from one log key to the next.</summary>
/// <param name="Sequence">The number of the entry that names the next key.</param>
/// <param name="Checkpoint">A checkpoint that covers the entry, as a signed note of the key before.</param>
public sealed record AuditKeySuccessor(long Sequence, string Checkpoint);
