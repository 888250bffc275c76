using Secronna.Crypto;

namespace Secronna.Server.Features.Secrets;

/// <summary>A value to write under a key. Whoever made it disposes it, which zeroes the value (S26).</summary>
internal sealed record SecretWrite(string Key, PinnedBuffer Value, int? ExpectedVersion, string? Comment) : IDisposable
{
    public void Dispose() => Value.Dispose();
}
