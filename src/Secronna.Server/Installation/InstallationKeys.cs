using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Crypto.Trail;

namespace Secronna.Server.Installation;

/// <summary>
/// The keys that are derived from the installation key (S2): one each for credential hashes, the tags of cursors, the masks of
/// cursors, ETags, idempotency records, and the wrap of the log key. What the masks hide are positions in lists, and never a value.
/// </summary>
internal sealed class InstallationKeys : IDisposable
{
    private readonly LockedKey credentials;
    private readonly LockedKey cursors;
    private readonly LockedKey cursorMasks;
    private readonly LockedKey etags;
    private readonly LockedKey idempotency;
    private readonly LockedKey logKeyWrap;

    /// <summary>Derives the keys. They are held in locked memory until this is disposed.</summary>
    public InstallationKeys(ReadOnlySpan<byte> installationKey)
    {
        credentials = Derive(installationKey, "secronna credential hash");
        cursors = Derive(installationKey, "secronna cursor");
        cursorMasks = Derive(installationKey, "secronna cursor mask");
        etags = Derive(installationKey, "secronna etag");
        idempotency = Derive(installationKey, "secronna idempotency");
        logKeyWrap = Derive(installationKey, LogKeyWrap.WrappingKeyLabel);
    }

    /// <summary>Computes the hash of a credential's token (S25).</summary>
    public void HashCredential(ReadOnlySpan<byte> token, Span<byte> hash) =>
        KeyedHash.Compute(credentials.Bytes, token, hash);

    /// <summary>Computes the hash that shows that this installation made a cursor.</summary>
    public void HashCursor(ReadOnlySpan<byte> position, Span<byte> hash) =>
        KeyedHash.Compute(cursors.Bytes, position, hash);

    /// <summary>
    /// Hides the position of a cursor, or shows it again. The mask follows from the cursor's tag, which is a keyed hash of the
    /// position, so equal masks hide equal positions only.
    /// </summary>
    public void MaskCursor(ReadOnlySpan<byte> tag, Span<byte> position)
    {
        Span<byte> mask = stackalloc byte[position.Length];
        HKDF.Expand(HashAlgorithmName.SHA256, cursorMasks.Bytes, mask, tag);
        for (var i = 0; i < position.Length; i++)
        {
            position[i] ^= mask[i];
        }
    }

    /// <summary>Computes the ETag of a state.</summary>
    public void HashEtag(ReadOnlySpan<byte> state, Span<byte> hash) => KeyedHash.Compute(etags.Bytes, state, hash);

    /// <summary>Computes the hash that identifies a request or its body.</summary>
    public void HashIdempotency(ReadOnlySpan<byte> request, Span<byte> hash) =>
        KeyedHash.Compute(idempotency.Bytes, request, hash);

    /// <summary>Wraps the seed of a log key.</summary>
    public byte[] WrapLogKey(string installationId, ReadOnlySpan<byte> seed) => LogKeyWrap.Wrap(logKeyWrap.Bytes, installationId, seed);

    /// <summary>Unwraps a log key. The caller disposes of it.</summary>
    /// <exception cref="DecryptionException">The box is not this installation's.</exception>
    public LogKey UnwrapLogKey(string installationId, ReadOnlySpan<byte> box) =>
        LogKeyWrap.Unwrap(logKeyWrap.Bytes, installationId, box);

    public void Dispose()
    {
        credentials.Dispose();
        cursors.Dispose();
        cursorMasks.Dispose();
        etags.Dispose();
        idempotency.Dispose();
        logKeyWrap.Dispose();
    }

    private static LockedKey Derive(ReadOnlySpan<byte> installationKey, string label)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        DerivedKey.Derive(installationKey, label, key.Span);
        return LockedKey.Create(key.Span);
    }
}
