using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Secronna.Crypto.Trail;

/// <summary>
/// What a trail says of versions: which ciphertext each has, which one was written last, and what was destroyed or deleted. It
/// keeps about 100 bytes for each version and each secret in memory.
/// </summary>
public sealed class LoggedVersions
{
    private static readonly int DestroyVersion = TrailActions.NumberOf("secret.destroy");
    private static readonly int DeleteSecret = TrailActions.NumberOf("secret.delete");
    private static readonly int DeleteEnvironment = TrailActions.NumberOf("environment.delete");
    private static readonly int DeleteProject = TrailActions.NumberOf("project.delete");
    private static readonly int Migrate = TrailActions.NumberOf("trail.migrate");

    private readonly Dictionary<(UInt128 Secret, int Version), BoxHash> hashes = [];
    private readonly Dictionary<(UInt128 Secret, int Version), long> destroyed = [];
    private readonly Dictionary<UInt128, LoggedSecret> secrets = [];

    // Secrets, environments and projects, and the entry that says so. A ULID belongs to one thing only.
    private readonly Dictionary<UInt128, long> deleted = [];

    private long mark;

    /// <summary>The number of versions.</summary>
    public int Count => hashes.Count;

    /// <summary>The number of the last entry that was taken in.</summary>
    public long Size { get; private set; }

    /// <summary>Takes in the next entry of a trail. One that was taken in before changes nothing.</summary>
    /// <param name="sequence">The entry's number.</param>
    /// <param name="entry">The encoded entry.</param>
    /// <exception cref="FormatException">The entry can't be read.</exception>
    public void Add(long sequence, ReadOnlySpan<byte> entry)
    {
        if (sequence <= Size)
        {
            return;
        }

        Size = sequence;
        var fields = TrailEntryFields.Read(entry);
        if (fields.Action == Migrate)
        {
            MigratedVersions.Read(TrailEntryFormat.Decode(TrailEntry.Installation, entry).Details ?? "").ForEach(listed =>
                AddVersion(TrailId.ItemOf(listed.SecretId), listed.Version, listed.Hash));
        }
        else if (fields.Outcome == TrailOutcomes.Success)
        {
            Add(sequence, fields);
        }
    }

    /// <summary>Begins with another trail, whose entries are numbered anew.</summary>
    public void BeginTrail() => Size = 0;

    /// <summary>
    /// Remembers which version of each secret was written last until now, and what was destroyed and deleted. A state of the
    /// versions that is looked at from now on is at least this one.
    /// </summary>
    public void Mark()
    {
        mark = Size;
        foreach (var (key, secret) in secrets)
        {
            secrets[key] = secret with { LastAtMark = secret.Last };
        }
    }

    /// <summary>The hash of a version's ciphertext; <c>null</c> if the trail has none.</summary>
    public BoxHash? Find(string secretId, long version) =>
        hashes.TryGetValue((KeyOf(secretId), (int)version), out var hash) ? hash : null;

    /// <summary>The number of the version that was written last; <c>null</c> if the trail has none.</summary>
    public int? FindLast(string secretId) => FindSecret(secretId)?.Last;

    /// <summary>The number of the version that was written last at the mark; <c>null</c> if the trail had none.</summary>
    public int? FindLastAtMark(string secretId) => FindSecret(secretId)?.LastAtMark;

    /// <summary>Whether a version was destroyed.</summary>
    public bool IsDestroyed(string secretId, int version) => destroyed.ContainsKey((KeyOf(secretId), version));

    /// <summary>Whether a version was destroyed before the mark.</summary>
    public bool WasDestroyed(string secretId, int version) =>
        destroyed.TryGetValue((KeyOf(secretId), version), out var sequence) && sequence <= mark;

    /// <summary>Whether a secret was deleted before the mark, by itself or with its environment or project.</summary>
    public bool WasDeleted(string secretId) => KeyOf(secretId) is var key
        && (WasDeleted(key) || (secrets.TryGetValue(key, out var secret) && (WasDeleted(secret.EnvironmentKey) || WasDeleted(secret.ProjectKey))));

    /// <summary>
    /// The ids of secrets that had versions at the mark and were not deleted since. Those whose environment the trail doesn't name
    /// are left out, because they may have been deleted with it.
    /// </summary>
    public IEnumerable<string> Remaining() => secrets
        .Where(secret => secret.Value is { LastAtMark: > 0, Id: not null } && !deleted.ContainsKey(secret.Key)
            && !deleted.ContainsKey(secret.Value.EnvironmentKey) && !deleted.ContainsKey(secret.Value.ProjectKey))
        .Select(secret => TrailId.FromItem(secret.Value.Id!));

    private void Add(long sequence, TrailEntryFields fields)
    {
        if (!fields.BoxHash.IsEmpty && fields.Version is { } version)
        {
            AddVersion(fields.SecretId, version, BoxHash.FromBytes(fields.BoxHash));
        }

        if (!fields.SecretId.IsEmpty && !fields.EnvironmentId.IsEmpty)
        {
            Place(fields);
        }

        if (fields.Action == DestroyVersion && fields.Version is { } one)
        {
            destroyed[(KeyOf(fields.SecretId), one)] = sequence;
        }
        else if (fields.Action == DeleteSecret || fields.Action == DeleteEnvironment || fields.Action == DeleteProject)
        {
            deleted[KeyOf(!fields.SecretId.IsEmpty ? fields.SecretId : !fields.EnvironmentId.IsEmpty ? fields.EnvironmentId : fields.ProjectId)] = sequence;
        }
    }

    // A secret never moves to another environment.
    private void Place(TrailEntryFields fields)
    {
        ref var secret = ref CollectionsMarshal.GetValueRefOrAddDefault(secrets, KeyOf(fields.SecretId), out _);
        if (secret.Id is null)
        {
            secret = secret with
            {
                Id = fields.SecretId.ToArray(), EnvironmentKey = KeyOf(fields.EnvironmentId), ProjectKey = KeyOf(fields.ProjectId),
            };
        }
    }

    private void AddVersion(ReadOnlySpan<byte> secretId, int version, BoxHash hash)
    {
        var secret = KeyOf(secretId);
        hashes[(secret, version)] = hash;
        secrets[secret] = secrets.GetValueOrDefault(secret) with { Last = version };
    }

    private LoggedSecret? FindSecret(string id) => secrets.TryGetValue(KeyOf(id), out var secret) && secret.Last > 0 ? secret : null;

    private bool WasDeleted(UInt128 key) => deleted.TryGetValue(key, out var sequence) && sequence <= mark;

    private static UInt128 KeyOf(string id) => KeyOf(TrailId.ItemOf(id));

    private static UInt128 KeyOf(ReadOnlySpan<byte> item) => BinaryPrimitives.ReadUInt128BigEndian(
        item.Length == TrailId.UlidItemSize ? item[(TrailId.UlidItemSize - Ulid.Size)..] : SHA256.HashData(item));

    // The item of the id and what the secret belongs to, as far as an entry of a write names them.
    private readonly record struct LoggedSecret
    {
        public byte[]? Id { get; init; }

        public int Last { get; init; }

        public int LastAtMark { get; init; }

        public UInt128 EnvironmentKey { get; init; }

        public UInt128 ProjectKey { get; init; }
    }
}
