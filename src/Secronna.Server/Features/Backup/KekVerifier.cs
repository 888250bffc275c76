using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Unwraps KEKs to verify them. It keeps some unwrapped KEKs in a key ring (S26), because opening versions needs them.
/// </summary>
internal sealed class KekVerifier(MasterKeyRing masterKeys, TimeProvider time) : IDisposable
{
    private const int PageSize = 500;
    private const int MaxCached = 1_000;
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(10);

    private readonly KeyRing ring = new(MaxCached, CacheLifetime);
    private readonly long startedAt = time.GetTimestamp();

    /// <summary>Checks that every KEK of a project unwraps, unless it is destroyed.</summary>
    public async ValueTask CheckAsync(Session session, string projectId, Verification found)
    {
        var after = "";
        while (await KekTable.ListAsync(session, projectId, after, PageSize) is { Count: > 0 } page)
        {
            foreach (var kek in page.Where(kek => kek.State != KekStates.Destroyed))
            {
                found.Keks++;
                using var lease = await UnwrapAsync(kek);
                if (lease is null)
                {
                    found.Add($"KEK {kek.Id} of project {projectId} does not unwrap with master key {kek.MasterKeyId}");
                }
            }

            after = page[^1].Id;
        }
    }

    /// <summary>The unwrapped KEK; <c>null</c> if it does not exist or does not unwrap. The caller disposes it.</summary>
    public async ValueTask<LeasedKek?> LeaseAsync(Session session, string id)
    {
        var lease = ring.TryAcquire(id, Now, out var cached) ? cached
            : await KekTable.FindAsync(session, id) is { } kek ? await UnwrapAsync(kek)
            : null;
        return lease is null ? null : new LeasedKek(id, LeasedKek.NameOf(id), lease);
    }

    public void Dispose() => ring.Dispose();

    private TimeSpan Now => time.GetElapsedTime(startedAt);

    private async ValueTask<KeyLease?> UnwrapAsync(KekRow kek)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        try
        {
            await masterKeys.UnwrapAsync(kek, key.Memory);
            // Throws if the id can't be the name of a key.
            _ = LeasedKek.NameOf(kek.Id);
            return ring.Add(kek.Id, key.Span, Now);
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            return null;
        }
    }
}
