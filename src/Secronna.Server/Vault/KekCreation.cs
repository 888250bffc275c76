using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Creates the KEKs of projects: random keys, wrapped by the active master key (S3).</summary>
internal sealed class KekCreation(Database database, MasterKeyRing masterKeys, TimeProvider time)
{
    // An attempt fails only if the master key is rotated between the wrapping of the KEK and the write.
    private const int MaxAttempts = 5;

    /// <summary>
    /// Creates a KEK for a project, and calls <paramref name="write"/> to store it. If the master key is rotated in between,
    /// nothing is stored, and the method starts again with another KEK (S8).
    /// </summary>
    /// <param name="workspaceId">The workspace of the project.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="write">Writes the KEK in a transaction, with <see cref="InsertAsync"/>.</param>
    /// <returns>The result of <paramref name="write"/>.</returns>
    /// <exception cref="RequestException">UNAVAILABLE: the master key was rotated during each attempt.</exception>
    /// <exception cref="MasterKeyException">The master key is missing, or its provider does not answer.</exception>
    public async Task<T> CreateAsync<T>(string workspaceId, string projectId, Func<KekRow, Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            var kek = await NewAsync(workspaceId, projectId);
            try
            {
                return await write(kek);
            }
            catch (MasterKeyRotatedException) when (attempt < MaxAttempts)
            {
                // Nothing was written: wrap another KEK by the new master key.
            }
            catch (MasterKeyRotatedException)
            {
                throw Errors.Unavailable("the master key is being rotated: try again");
            }
        }
    }

    /// <summary>Inserts the KEK in the transaction of <see cref="CreateAsync"/>.</summary>
    public static async ValueTask InsertAsync(Transaction transaction, KekRow kek)
    {
        if (!await KekTable.InsertAsync(transaction, kek))
        {
            throw new MasterKeyRotatedException();
        }
    }

    private async Task<KekRow> NewAsync(string workspaceId, string projectId)
    {
        var installation = await database.ReadAsync(InstallationTable.FindAsync)
            ?? throw new StorageUnavailableException("the installation's row is gone");
        await masterKeys.CheckAsync(installation);
        var now = time.GetUtcNow();
        var id = Ids.New(Ids.Kek, now);
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        RandomNumberGenerator.Fill(key.Span);
        var binding = MasterKeyBinding.ForKek(workspaceId, projectId, id, installation.ActiveMasterKeyId);
        var wrapped = await masterKeys.WrapVerifiedAsync(binding, key.Memory);
        return new KekRow(
            id, workspaceId, projectId, installation.ActiveMasterKeyId, wrapped, KekStates.Active, 0,
            Instant.From(now).Microseconds);
    }

    /// <summary>Another master key became the active one after a KEK was wrapped and before it was inserted.</summary>
    private sealed class MasterKeyRotatedException() : Exception("another master key is active now");
}
