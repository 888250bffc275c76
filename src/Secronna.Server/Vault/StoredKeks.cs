using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Reads KEKs as they are stored, and unwraps them by their master keys.</summary>
internal sealed class StoredKeks(Database database, MasterKeyRing masterKeys)
{
    /// <summary>Reads the KEK's row; <c>null</c> if there is none. The row of a destroyed KEK has no wrapped key.</summary>
    public ValueTask<KekRow?> FindAsync(string kekId) =>
        database.ReadAsync(kekId, static (session, id) => KekTable.FindAsync(session, id));

    /// <summary>
    /// Unwraps a KEK. If a rotation of the master key has re-wrapped the KEK since the row was read, reads the row again and
    /// unwraps the new box.
    /// </summary>
    /// <returns>The id of the master key that wraps the KEK; <c>null</c> if the KEK was destroyed meanwhile.</returns>
    /// <exception cref="DecryptionException">The row was changed by somebody else (S6).</exception>
    /// <exception cref="MasterKeyException">The master key is missing, or its provider does not answer.</exception>
    public async ValueTask<string?> UnwrapAsync(KekRow row, Memory<byte> key)
    {
        try
        {
            await masterKeys.UnwrapAsync(row, key);
            return row.MasterKeyId;
        }
        catch (Exception exception) when (exception is DecryptionException or MasterKeyMissingException)
        {
            var again = await FindAsync(row.Id);
            if (again?.WrappedKey is null)
            {
                return null;
            }

            if (again.MasterKeyId == row.MasterKeyId)
            {
                throw await IsKnownAsync(row.MasterKeyId) ? exception : new DecryptionException();
            }

            await masterKeys.UnwrapAsync(again, key);
            return again.MasterKeyId;
        }
    }

    // A row that names a master key which the installation never had was tampered with (S6).
    private async ValueTask<bool> IsKnownAsync(string masterKeyId) =>
        await database.ReadAsync(session => KnownMasterKeyTable.FindAsync(session, masterKeyId)) is not null;
}
