using Secronna.Crypto;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// A source of master keys (S2): it wraps a key, unwraps a key, and says which ids it holds. It sees KEKs and the
/// installation key, never a data key or a value. Which of its keys is active stands in the database (S8).
/// </summary>
/// <remarks>
/// Calls may come at once, and observe their cancellation: what stands still is cut off and tried again by
/// <see cref="MasterKeyRing"/>, so a provider need do neither.
/// </remarks>
internal interface IMasterKeyProvider : IDisposable
{
    /// <summary>Where the keys come from, for messages: no secret.</summary>
    string Source { get; }

    /// <summary>How old its list of keys may be before it is asked again: by what asking costs.</summary>
    TimeSpan LookEvery { get; }

    /// <summary>Looks which keys it holds now: their ids, the oldest first; a new database takes the first.</summary>
    /// <exception cref="MasterKeyUnavailableException">It can't tell now.</exception>
    ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation);

    /// <summary>Wraps a 32-byte key with the master key that the binding names.</summary>
    /// <exception cref="MasterKeyMissingException">It says that it has no such key, or no longer.</exception>
    /// <exception cref="MasterKeyUnavailableException">It can't be reached now.</exception>
    ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation);

    /// <summary>Unwraps into 32 bytes.</summary>
    /// <exception cref="DecryptionException">Another key, another place, or a changed box.</exception>
    /// <exception cref="MasterKeyMissingException">It says that it has no such key, or no longer.</exception>
    /// <exception cref="MasterKeyUnavailableException">It can't be reached now.</exception>
    ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation);
}
