using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>A KEK at hand: its id, its name in boxes, and the unwrapped key for as long as the lease is held.</summary>
internal sealed class LeasedKek(string id, KeyName name, KeyLease lease) : IDisposable
{
    public string Id { get; } = id;

    public KeyName Name { get; } = name;

    public ReadOnlySpan<byte> Key => lease.Key;

    /// <summary>The name of a KEK in boxes.</summary>
    /// <exception cref="FormatException">It is no KEK's id.</exception>
    public static KeyName NameOf(string kekId)
    {
        Span<byte> ulid = stackalloc byte[Ids.UlidSize];
        Ids.UlidBytes(Ids.Kek, kekId, ulid);
        return KeyName.FromBytes(ulid);
    }

    /// <summary>Seals a value for a version under a new data key (S4), which this KEK wraps: one wrap, counted before (S7).</summary>
    public SealedVersion Seal(EnvironmentRow environment, string secretId, int version, ReadOnlySpan<byte> value) => Envelope.Seal(
        Key, Id, Name, new VersionBinding(environment.WorkspaceId, environment.ProjectId, environment.Id, secretId, version), value);

    public void Dispose() => lease.Dispose();
}
