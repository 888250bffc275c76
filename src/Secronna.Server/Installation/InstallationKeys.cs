using Secronna.Crypto;

namespace Secronna.Server.Installation;

/// <summary>
/// The keys that are derived from the installation key (S2): one each for credential hashes, cursors, ETags and idempotency
/// records. They are used for keyed hashes only, so they protect nothing that can be read back.
/// </summary>
internal sealed class InstallationKeys : IDisposable
{
    private readonly LockedKey credentials;
    private readonly LockedKey cursors;
    private readonly LockedKey etags;
    private readonly LockedKey idempotency;

    /// <summary>Derives the keys. They are held in locked memory until this is disposed.</summary>
    public InstallationKeys(ReadOnlySpan<byte> installationKey)
    {
        credentials = Derive(installationKey, "secronna credential hash");
        cursors = Derive(installationKey, "secronna cursor");
        etags = Derive(installationKey, "secronna etag");
        idempotency = Derive(installationKey, "secronna idempotency");
    }

    /// <summary>Computes the hash of a credential's token (S25).</summary>
    public void HashCredential(ReadOnlySpan<byte> token, Span<byte> hash) =>
        KeyedHash.Compute(credentials.Bytes, token, hash);

    /// <summary>Computes the hash that shows that this installation made a cursor.</summary>
    public void HashCursor(ReadOnlySpan<byte> position, Span<byte> hash) =>
        KeyedHash.Compute(cursors.Bytes, position, hash);

    /// <summary>Computes the ETag of a state.</summary>
    public void HashEtag(ReadOnlySpan<byte> state, Span<byte> hash) => KeyedHash.Compute(etags.Bytes, state, hash);

    /// <summary>Computes the hash that identifies a request or its body.</summary>
    public void HashIdempotency(ReadOnlySpan<byte> request, Span<byte> hash) =>
        KeyedHash.Compute(idempotency.Bytes, request, hash);

    public void Dispose()
    {
        credentials.Dispose();
        cursors.Dispose();
        etags.Dispose();
        idempotency.Dispose();
    }

    private static LockedKey Derive(ReadOnlySpan<byte> installationKey, string label)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        DerivedKey.Derive(installationKey, label, key.Span);
        return LockedKey.Create(key.Span);
    }
}
