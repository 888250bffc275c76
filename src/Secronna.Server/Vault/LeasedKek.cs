using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>An unwrapped KEK. The key can be used until this is disposed.</summary>
internal sealed class LeasedKek(string id, KeyName name, KeyLease lease) : IDisposable
{
    public string Id { get; } = id;

    /// <summary>The name of the KEK in the boxes that it wraps.</summary>
    public KeyName Name { get; } = name;

    /// <summary>The key itself.</summary>
    public ReadOnlySpan<byte> Key => lease.Key;

    /// <summary>The name of a KEK in boxes.</summary>
    /// <exception cref="FormatException">The text is not the id of a KEK.</exception>
    public static KeyName NameOf(string kekId)
    {
        Span<byte> ulid = stackalloc byte[Ids.UlidSize];
        Ids.UlidBytes(Ids.Kek, kekId, ulid);
        return KeyName.FromBytes(ulid);
    }

    /// <summary>
    /// Seals a value for a version under a new data key (S4), which this KEK wraps. The wrap must have been reserved (S7).
    /// </summary>
    public SealedVersion Seal(EnvironmentRow environment, string secretId, string key, int version, ReadOnlySpan<byte> value)
    {
        var binding = new VersionBinding(environment.WorkspaceId, environment.ProjectId, environment.Id, secretId, key, version);
        return Envelope.Seal(Key, Id, Name, binding, value);
    }

    public void Dispose() => lease.Dispose();
}
