using Secronna.Crypto;

namespace Secronna.Server.Installation;

/// <summary>
/// What is derived from the installation key (S2): a key each for credential hashes, cursors and ETags. They protect
/// nothing that is secret by itself.
/// </summary>
internal sealed class InstallationKeys : IDisposable
{
    private readonly LockedKey credentials;
    private readonly LockedKey cursors;
    private readonly LockedKey etags;

    public InstallationKeys(ReadOnlySpan<byte> installationKey)
    {
        credentials = Derive(installationKey, "secronna credential hash");
        cursors = Derive(installationKey, "secronna cursor");
        etags = Derive(installationKey, "secronna etag");
    }

    public void HashCredential(ReadOnlySpan<byte> token, Span<byte> hash) =>
        KeyedHash.Compute(credentials.Bytes, token, hash);

    public void HashCursor(ReadOnlySpan<byte> position, Span<byte> hash) =>
        KeyedHash.Compute(cursors.Bytes, position, hash);

    public void HashEtag(ReadOnlySpan<byte> state, Span<byte> hash) => KeyedHash.Compute(etags.Bytes, state, hash);

    public void Dispose()
    {
        credentials.Dispose();
        cursors.Dispose();
        etags.Dispose();
    }

    private static LockedKey Derive(ReadOnlySpan<byte> installationKey, string label)
    {
        using var key = PinnedBuffer.Rent(32);
        DerivedKey.Derive(installationKey, label, key.Span);
        return LockedKey.Create(key.Span);
    }
}
