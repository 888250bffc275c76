using Secronna.Crypto;
using Secronna.Protocol;

namespace Secronna.Server.Features.Keys;

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

    public void Dispose() => lease.Dispose();
}
