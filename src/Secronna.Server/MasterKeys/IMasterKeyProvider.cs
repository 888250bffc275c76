using Secronna.Crypto;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// A source of master keys (S2): it wraps a key, unwraps a key, and says which ids it holds. It sees KEKs and the
/// installation key, never a data key or a value. Which of its keys is active stands in the database (S8).
/// </summary>
internal interface IMasterKeyProvider : IDisposable
{
    /// <summary>The ids of the keys here; a new database takes the first.</summary>
    IReadOnlyList<string> KeyIds { get; }

    /// <summary>Where the keys come from, for messages.</summary>
    string Source { get; }

    /// <summary>Wraps a 32-byte key with the master key that the binding names.</summary>
    ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key);

    /// <summary>Unwraps into 32 bytes.</summary>
    /// <exception cref="DecryptionException">Another key, another place, or a changed box.</exception>
    ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key);
}
