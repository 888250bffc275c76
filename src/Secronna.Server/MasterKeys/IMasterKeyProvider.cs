using Secronna.Crypto;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// A source of master keys (S2). It wraps keys, unwraps keys and lists the ids of the master keys that it holds. It sees KEKs and
/// the installation key, never a data key or a value. The database records which master key is active (S8).
/// </summary>
/// <remarks>
/// Calls may run concurrently, and each observes its cancellation token. A provider needs no timeouts or retries of its own:
/// <see cref="MasterKeyRing"/> cancels calls that take too long and repeats calls that fail.
/// </remarks>
internal interface IMasterKeyProvider : IDisposable
{
    /// <summary>Where the master keys come from, for messages. It is not secret.</summary>
    string Source { get; }

    /// <summary>The age at which the list of keys is fetched again. It is longer if fetching the list costs more.</summary>
    TimeSpan RefreshInterval { get; }

    /// <summary>
    /// Fetches the ids of the master keys that the provider holds now, the oldest first. A new database uses the first one.
    /// </summary>
    /// <exception cref="MasterKeyUnavailableException">The provider can't list its keys at present.</exception>
    ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation);

    /// <summary>Wraps a 32-byte key with the master key that the binding names.</summary>
    /// <exception cref="MasterKeyMissingException">The provider does not hold this master key, or no longer holds it.</exception>
    /// <exception cref="MasterKeyUnavailableException">The provider can't be reached at present.</exception>
    ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation);

    /// <summary>Unwraps a key into the 32 bytes of <paramref name="key"/>.</summary>
    /// <exception cref="DecryptionException">The master key, the binding or any bit of the box is wrong (S6).</exception>
    /// <exception cref="MasterKeyMissingException">The provider does not hold this master key, or no longer holds it.</exception>
    /// <exception cref="MasterKeyUnavailableException">The provider can't be reached at present.</exception>
    ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation);
}
