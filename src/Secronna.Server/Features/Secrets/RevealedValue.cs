using Secronna.Crypto;
using Secronna.Storage;

namespace Secronna.Server.Features.Secrets;

/// <summary>A value read back, in pinned memory until it is disposed (S26).</summary>
internal sealed record RevealedValue(SecretRow Secret, int Version, PinnedBuffer Value) : IDisposable
{
    public void Dispose() => Value.Dispose();
}

/// <summary>The values of an environment, ordered by key, and the revision that they are (the ETag).</summary>
internal sealed record RevealedEnvironment(string Revision, IReadOnlyList<RevealedValue> Values) : IDisposable
{
    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }
}
