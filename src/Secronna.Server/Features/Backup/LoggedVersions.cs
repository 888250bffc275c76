using System.Buffers.Binary;
using System.Security.Cryptography;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Trail;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// What the trails say of versions: which ciphertext each has, and which one was written last. It keeps about 100 bytes for each
/// version in memory.
/// </summary>
internal sealed class LoggedVersions
{
    private const int UlidBytes = 16;

    private readonly Dictionary<(UInt128 Secret, int Version), BoxHash> hashes = [];
    private readonly Dictionary<UInt128, int> last = [];

    /// <summary>Takes in an entry.</summary>
    /// <exception cref="FormatException">The entry's list of versions can't be read.</exception>
    public void Add(TrailEntry entry)
    {
        if (entry is { BoxHash: { } hash, SecretId: { } secretId, Version: { } version, Outcome: AuditOutcomes.Success })
        {
            Add(secretId, version, hash);
        }
        else if (entry is { Action: AuditActions.TrailMigrate, Details: { } details })
        {
            VersionHashList.Read(details).ForEach(listed => Add(listed.SecretId, listed.Version, listed.Hash));
        }
    }

    /// <summary>The hash of a version's ciphertext; <c>null</c> if no trail has it.</summary>
    public BoxHash? Find(string secretId, long version) =>
        hashes.TryGetValue((KeyOf(secretId), (int)version), out var hash) ? hash : null;

    /// <summary>The number of the version that was written last; <c>null</c> if no trail has any.</summary>
    public int? FindLast(string secretId) => last.TryGetValue(KeyOf(secretId), out var version) ? version : null;

    private void Add(string secretId, int version, BoxHash hash)
    {
        var secret = KeyOf(secretId);
        hashes[(secret, version)] = hash;
        last[secret] = version;
    }

    private static UInt128 KeyOf(string secretId)
    {
        var item = TrailId.ItemOf(secretId);
        return BinaryPrimitives.ReadUInt128BigEndian(
            item.Length == TrailId.UlidItemSize ? item.AsSpan(TrailId.UlidItemSize - UlidBytes) : SHA256.HashData(item));
    }
}
