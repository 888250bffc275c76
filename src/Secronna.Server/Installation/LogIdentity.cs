using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Installation;

/// <summary>The installation's id in the names of its logs, and its log keys, oldest first. It holds no private key in the clear.</summary>
/// <param name="InstallationId">The id: <c>ins_</c> and a ULID.</param>
/// <param name="Keys">The keys: those that signed, the one that signs now, and perhaps one that is announced.</param>
internal sealed record LogIdentity(string InstallationId, IReadOnlyList<LogKeyRow> Keys)
{
    private const string IdPrefix = "ins_";

    /// <summary>The key that signs now.</summary>
    /// <exception cref="StorageUnavailableException">There is none: somebody removed it from the database.</exception>
    public LogKeyRow Current => Keys.FirstOrDefault(key => key.IsCurrent)
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
        var (publicKey, box) = NewKey(id, installationKeys);
        await LogKeyTable.AddFirstAsync(transaction, publicKey, box);
        return new LogIdentity(id, await LogKeyTable.ListAsync(transaction));
    }

    /// <summary>Makes the key that is to follow the current one, unless it was made already. Returns it.</summary>
    public static async ValueTask<LogKeyRow> CreateNextAsync(Transaction transaction, InstallationKeys installationKeys, TimeProvider time)
    {
        var identity = await CreateAsync(transaction, installationKeys, time);
        var (publicKey, box) = NewKey(identity.InstallationId, installationKeys);
        await LogKeyTable.AddNextAsync(transaction, publicKey, box);
        return (await LogKeyTable.ListAsync(transaction)).First(key => key.ActiveAt is null);
    }

    private static (ReadOnlyMemory<byte> PublicKey, byte[] Box) NewKey(string installationId, InstallationKeys installationKeys)
    {
        using var seed = PinnedBuffer.Rent(LogKey.SeedSize);
        RandomNumberGenerator.Fill(seed.Span);
        using var key = LogKey.Create(seed.Span);
        return (key.PublicKey, installationKeys.WrapLogKey(installationId, seed.Span));
    }

    /// <summary>The name of a trail's log.</summary>
    /// <param name="workspaceId">The workspace's id, or <see cref="EncodedEntry.Installation"/>.</param>
    /// <param name="epoch">The epoch.</param>
    public Origin OriginOf(string workspaceId, long epoch) => workspaceId == EncodedEntry.Installation
        ? Origin.OfInstallation(InstallationId, epoch)
        : Origin.OfWorkspace(InstallationId, workspaceId, epoch);
}
