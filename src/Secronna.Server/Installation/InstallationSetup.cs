using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Installation;

/// <summary>
/// Opens an installation: checks that the master keys at hand unwrap all that the database holds before anything is
/// migrated or written (S11), and makes the installation key of a new database.
/// </summary>
internal sealed class InstallationSetup(MasterKeyRing masterKeys, TimeProvider time)
{
    private const int KeySize = 32;

    /// <summary>The installation's derived keys, once the database is open.</summary>
    public async Task<InstallationKeys> OpenKeysAsync(Database database)
    {
        var row = await database.ReadAsync(0, static (session, _) => InstallationTable.FindAsync(session))
            ?? await CreateAsync(database);
        using var key = await UnwrapAsync(row);
        return new InstallationKeys(key.Span);
    }

    /// <summary>Checks one wrap of each master key in use; writes nothing.</summary>
    /// <exception cref="MasterKeyException">A master key is missing, or whoever holds it does not answer.</exception>
    /// <exception cref="SettingsException">A master key is another one than its id says.</exception>
    public async Task CheckAsync(DatabaseEngine engine)
    {
        var isCurrent = await Migrator.IsCurrentAsync(engine);
        await InstallationTable.ReadIfExistsAsync(engine, (session, row) => CheckAsync(session, row, isCurrent));
    }

    /// <summary>The same, of a database that is open.</summary>
    public async Task CheckAsync(Database database) =>
        await database.ReadAsync(this, static async (session, setup) =>
            await InstallationTable.FindAsync(session) is { } row
                ? await setup.CheckAsync(session, row, isCurrent: true)
                : throw new StorageUnavailableException("the installation's row is gone"));

    /// <summary>
    /// Checks that every master key in use is at hand and the active one the right one; whether each KEK unwraps is for
    /// a verification to say.
    /// </summary>
    /// <exception cref="MasterKeyException">A master key is missing.</exception>
    /// <exception cref="SettingsException">There is no installation.</exception>
    public async Task RequireKeysAsync(DatabaseEngine engine, string place) =>
        _ = await InstallationTable.ReadIfExistsAsync(engine, async (session, row) =>
        {
            using var key = await UnwrapAsync(row);
            foreach (var kek in await KekTable.ListOnePerMasterKeyAsync(session))
            {
                await masterKeys.RequireAsync(kek.MasterKeyId);
            }

            return row;
        }) ?? throw new SettingsException($"there is no installation in {place}");

    /// <summary>The installation key wrapped by another master key, from what is stored under the active one (S8).</summary>
    /// <exception cref="SettingsException">The active master key is another one by now, or does not unwrap it.</exception>
    public async Task<byte[]> RewrapInstallationKeyAsync(Database database, string from, string to)
    {
        var row = await database.ReadAsync(0, static (session, _) => InstallationTable.FindAsync(session));
        if (row?.ActiveMasterKeyId != from)
        {
            throw new SettingsException($"master key: {from} is not the active one any more: see master-key list");
        }

        using var key = await UnwrapAsync(row);
        return await masterKeys.WrapVerifiedAsync(MasterKeyBinding.ForInstallationKey(to), key.Memory);
    }

    // The installation key shows that the active one is right, a check box that another is. A KEK does so only where there is
    // no box: one KEK that is damaged is not to stop a server.
    private async ValueTask<InstallationRow> CheckAsync(Session session, InstallationRow row, bool isCurrent)
    {
        using var key = await UnwrapAsync(row);
        foreach (var kek in (await KekTable.ListOnePerMasterKeyAsync(session)).Where(kek => kek.MasterKeyId != row.ActiveMasterKeyId))
        {
            var known = isCurrent ? await KnownMasterKeyTable.FindAsync(session, kek.MasterKeyId) : null;
            await CheckAsync(kek, known?.CheckBox);
        }

        return row;
    }

    private async ValueTask CheckAsync(KekRow kek, byte[]? checkBox)
    {
        if (checkBox is not null)
        {
            await masterKeys.CheckAsync(kek.MasterKeyId, checkBox);
            return;
        }

        using var key = PinnedBuffer.Rent(KeySize);
        await UnwrapAsync(
            MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, kek.MasterKeyId), kek.WrappedKey!, key.Memory);
    }

    private async ValueTask<PinnedBuffer> UnwrapAsync(InstallationRow row)
    {
        var key = PinnedBuffer.Rent(KeySize);
        try
        {
            await UnwrapAsync(MasterKeyBinding.ForInstallationKey(row.ActiveMasterKeyId), row.WrappedKey, key.Memory);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private async ValueTask UnwrapAsync(MasterKeyBinding binding, byte[] box, Memory<byte> key)
    {
        try
        {
            await masterKeys.UnwrapAsync(binding, box, key);
        }
        catch (DecryptionException)
        {
            throw new SettingsException(
                $"master key: the key that was found under the id {binding.MasterKeyId} is not the one that this database was sealed with");
        }
    }

    private async Task<InstallationRow> CreateAsync(Database database)
    {
        using var key = PinnedBuffer.Rent(KeySize);
        RandomNumberGenerator.Fill(key.Span);
        var masterKeyId = masterKeys.FirstKeyId;
        var row = new InstallationRow(
            Instant.From(time.GetUtcNow()).Microseconds,
            masterKeyId,
            await masterKeys.WrapVerifiedAsync(MasterKeyBinding.ForInstallationKey(masterKeyId), key.Memory));
        try
        {
            var checkBox = await masterKeys.NewCheckBoxAsync(masterKeyId);
            await database.WriteAsync((row, checkBox), static (transaction, it) =>
                InstallationTable.InsertAsync(transaction, it.row, it.checkBox));
            return row;
        }
        catch (UniqueViolationException)
        {
            // Another process was first: its key counts.
            return (await database.ReadAsync(0, static (session, _) => InstallationTable.FindAsync(session)))!;
        }
    }
}
