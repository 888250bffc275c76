using Secronna.Crypto;

namespace Secronna.Server.Installation;

/// <summary>
/// What is derived from the installation key (S2): a key each for credential hashes, cursors, ETags and idempotency
/// records. They protect nothing that can be read back.
/// </summary>
internal sealed class InstallationKeys : IDisposable
{
    private readonly LockedKey credentials;
    private readonly LockedKey cursors;
    private readonly LockedKey etags;
    private readonly LockedKey idempotency;

    public InstallationKeys(ReadOnlySpan<byte> installationKey)
    {
        credentials = Derive(installationKey, "secronna credential hash");
        cursors = Derive(installationKey, "secronna cursor");
        etags = Derive(installationKey, "secronna etag");
        idempotency = Derive(installationKey, "secronna idempotency");
    }

    public void HashCredential(ReadOnlySpan<byte> token, Span<byte> hash) =>
        KeyedHash.Compute(credentials.Bytes, token, hash);

    public void HashCursor(ReadOnlySpan<byte> position, Span<byte> hash) =>
        KeyedHash.Compute(cursors.Bytes, position, hash);

    public void HashEtag(ReadOnlySpan<byte> state, Span<byte> hash) => KeyedHash.Compute(etags.Bytes, state, hash);

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
        using var key = PinnedBuffer.Rent(32);
        DerivedKey.Derive(installationKey, label, key.Span);
        return LockedKey.Create(key.Span);
    }
}
