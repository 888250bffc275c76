using Secronna.Crypto.Trail;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Keys;

/// <summary>Announces a master key in the database, so that every node checks whether it can use the key.</summary>
internal static class MasterKeyAnnouncement
{
    /// <summary>Announces the key, together with a check box that this process made with the key.</summary>
    /// <param name="database">The installation's database.</param>
    /// <param name="masterKeys">The keys of this process.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="entry">An audit entry to append in the same transaction, or <c>null</c>.</param>
    /// <exception cref="MasterKeyException">
    /// This process can't use the key, or another key was announced with this id.
    /// </exception>
    public static async Task AnnounceAsync(Database database, MasterKeyRing masterKeys, string id, TrailEntry? entry)
    {
        var box = await masterKeys.NewCheckBoxAsync(id);
        var known = await database.WriteAsync(async transaction =>
        {
            await KnownMasterKeyTable.AnnounceAsync(transaction, id, box);
            if (entry is not null)
            {
                transaction.Audit.Append(entry);
            }

            return await KnownMasterKeyTable.FindAsync(transaction, id);
        });
        await masterKeys.CheckAsync(id, known!.CheckBox!);
    }
}
