using Secronna.Crypto;
using Secronna.Storage;

namespace Secronna.Server.Features.Secrets;

/// <summary>A value read back, in pinned memory until it is disposed (S26).</summary>
internal sealed record RevealedValue(SecretRow Secret, int Version, PinnedBuffer Value) : IDisposable
{
    public void Dispose() => Value.Dispose();
}

/// <summary>
/// The values of an environment, ordered by key, and the revision that they are (the ETag); the lease on the memory that
/// they take is held as long as they are.
/// </summary>
internal sealed record RevealedEnvironment(string Revision, IReadOnlyList<RevealedValue> Values, IDisposable Lease) : IDisposable
{
    public void Dispose()
    {
        Lease.Dispose();
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }
}
