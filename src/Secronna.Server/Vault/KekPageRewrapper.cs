using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Puts a page of KEKs under another master key.</summary>
internal sealed class KekPageRewrapper(Database database, MasterKeyRing masterKeys, ILogger log)
{
    // Calls run in parallel, because the provider of the master key may answer over a network.
    private const int MaxParallelCalls = 8;

    /// <summary>
    /// Re-wraps the KEKs by the active master key and writes them. Writes nothing if another master key became the active one
    /// meanwhile.
    /// </summary>
    /// <returns>The number of KEKs that were written, and the ids of the KEKs that don't unwrap.</returns>
    /// <exception cref="MasterKeyException">The active master key is missing, or a provider does not answer.</exception>
    public async Task<(int Written, List<string> Broken)> RewrapAsync(string activeId, List<KekRow> keks)
    {
        var boxes = new byte[]?[keks.Count];
        await Parallel.ForAsync(0, keks.Count, new ParallelOptions { MaxDegreeOfParallelism = MaxParallelCalls }, async (i, _) =>
            boxes[i] = await RewrapAsync(activeId, keks[i]));
        var rewrapped = new List<(KekRow Kek, byte[] Box)>(keks.Count);
        var broken = new List<string>();
        foreach (var (kek, box) in keks.Zip(boxes))
        {
            if (box is null)
            {
                broken.Add(kek.Id);
            }
            else
            {
                rewrapped.Add((kek, box));
            }
        }

        return (await WriteAsync(activeId, rewrapped), broken);
    }

    private async Task<byte[]?> RewrapAsync(string activeId, KekRow kek)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        try
        {
            await masterKeys.UnwrapAsync(kek, key.Memory);
        }
        catch (Exception exception) when (exception is DecryptionException or MasterKeyMissingException)
        {
            VaultLog.KekDamaged(log, kek.Id, kek.ProjectId);
            return null;
        }

        return await masterKeys.WrapVerifiedAsync(
            MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, activeId), key.Memory);
    }

    private Task<int> WriteAsync(string activeId, List<(KekRow Kek, byte[] Box)> rewrapped) => database.WriteAsync(
        async transaction =>
        {
            // Another rotation may have begun meanwhile, and this master key may even be retired by now.
            if (!await InstallationTable.HoldMasterKeyAsync(transaction, activeId))
            {
                return 0;
            }

            var count = 0;
            foreach (var (kek, box) in rewrapped)
            {
                count += await KekTable.RewrapAsync(transaction, kek, activeId, box) ? 1 : 0;
            }

            return count;
        },
        weight: rewrapped.Count);
}
