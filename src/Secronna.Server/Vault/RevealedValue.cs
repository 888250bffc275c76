using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>A value read back, in pinned memory until it is disposed (S26).</summary>
internal sealed record RevealedValue(SecretRow Secret, int Version, PinnedBuffer Value) : IDisposable
{
    public void Dispose() => Value.Dispose();
}

/// <summary>Which of an environment's values are asked for.</summary>
/// <param name="Keys">Which keys; null is all.</param>
/// <param name="At">As of when; null is now.</param>
internal sealed record RevealSelection(IReadOnlyList<string>? Keys, Instant? At);

/// <summary>
/// The values of an environment, ordered by key, and the revision that they are (the ETag); beside them the
/// keys that were there at the instant asked for and were deleted since. The lease on the memory that
/// they take is held as long as they are.
/// </summary>
internal sealed record RevealedEnvironment(string Revision, IReadOnlyList<RevealedValue> Values, IReadOnlyList<string> Unrecoverable, IDisposable Lease) : IDisposable
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
