using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Installation;

/// <summary>The installation's id in the names of its logs, and its log keys, oldest first. It holds no private key in the clear.</summary>
/// <param name="InstallationId">The id: <c>ins_</c> and a ULID.</param>
/// <param name="Keys">The keys. The one that is not retired signs.</param>
internal sealed record LogIdentity(string InstallationId, IReadOnlyList<LogKeyRow> Keys)
{
    private const string IdPrefix = "ins_";

    /// <summary>The key that signs now.</summary>
    /// <exception cref="StorageUnavailableException">There is none: somebody removed it from the database.</exception>
    public LogKeyRow Current => Keys.LastOrDefault(key => key.RetiredAt is null)
        ?? throw new StorageUnavailableException("the log key is missing from the database");

    /// <summary>Finds the id and the keys. Returns <c>null</c> where they were not made yet.</summary>
    public static async ValueTask<LogIdentity?> FindAsync(Session session) =>
        await LogKeyTable.FindPublicIdAsync(session) is { } id && await LogKeyTable.ListAsync(session) is { Count: > 0 } keys
            ? new LogIdentity(id, keys)
            : null;

    /// <summary>
    /// Makes the id and the first key, unless they were made already. Returns what there is then. Several nodes may do this at once.
    /// </summary>
    public static async ValueTask<LogIdentity> CreateAsync(Transaction transaction, InstallationKeys installationKeys, TimeProvider time)
    {
        var id = await LogKeyTable.ClaimPublicIdAsync(transaction, Ids.New(IdPrefix, time.GetUtcNow()));
        using var seed = PinnedBuffer.Rent(LogKey.SeedSize);
        RandomNumberGenerator.Fill(seed.Span);
        using var key = LogKey.Create(seed.Span);
        await LogKeyTable.AddFirstAsync(transaction, key.PublicKey, installationKeys.WrapLogKey(id, seed.Span));
        return new LogIdentity(id, await LogKeyTable.ListAsync(transaction));
    }

    /// <summary>The name of a trail's log.</summary>
    /// <param name="workspaceId">The workspace's id, or <see cref="EncodedEntry.Installation"/>.</param>
    /// <param name="epoch">The epoch.</param>
    public Origin OriginOf(string workspaceId, long epoch) => workspaceId == EncodedEntry.Installation
        ? Origin.OfInstallation(InstallationId, epoch)
        : Origin.OfWorkspace(InstallationId, workspaceId, epoch);
}
