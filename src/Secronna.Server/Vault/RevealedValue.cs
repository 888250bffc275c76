using Secronna.Crypto;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>A value that was read back. It is in pinned memory, and zeroed when this is disposed (S26).</summary>
internal sealed record RevealedValue(SecretRow Secret, int Version, PinnedBuffer Value) : IDisposable
{
    public void Dispose() => Value.Dispose();
}
