using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Installation;

/// <summary>
/// Checks that the available master keys unwrap what the database holds, before anything is migrated or written (S11). Creates
/// the installation key of a new database, and unwraps it for an existing one.
/// </summary>
internal sealed class InstallationSetup(MasterKeyRing masterKeys, TimeProvider time)
{
    /// <summary>
    /// The keys that are derived from the installation key. A database that has no installation key yet gets one.
    /// </summary>
    public async Task<InstallationKeys> OpenKeysAsync(Database database)
    {
        var row = await database.ReadAsync(InstallationTable.FindAsync) ?? await CreateAsync(database);
        using var key = await UnwrapAsync(row);
        return new InstallationKeys(key.Span);
    }

    /// <summary>
    /// Checks that each master key in use is available and has the right bytes, by unwrapping one box of each. Writes nothing.
    /// </summary>
    /// <exception cref="MasterKeyException">A master key is missing, or its provider does not answer.</exception>
    /// <exception cref="SettingsException">A master key is not the key that wrapped the box under the same id.</exception>
    public async Task CheckAsync(DatabaseEngine engine)
    {
        var isCurrent = await Migrator.IsCurrentAsync(engine);
        await InstallationTable.ReadIfExistsAsync(engine, (session, row) => CheckAsync(session, row, isCurrent));
    }

    /// <summary>Checks the master keys of a database that is open.</summary>
    /// <inheritdoc cref="CheckAsync(DatabaseEngine)"/>
    public async Task CheckAsync(Database database) =>
        await database.ReadAsync(async session =>
            await InstallationTable.FindAsync(session) is { } row
                ? await CheckAsync(session, row, isCurrent: true)
                : throw new StorageUnavailableException("the installation's row is gone"));

    /// <summary>
    /// Requires that every master key in use is available, and that the active one has the right bytes. A KEK that doesn't unwrap
    /// is not an error here: a verification must be able to report it.
    /// </summary>
    /// <param name="engine">The database.</param>
    /// <param name="place">Where the database is, for messages.</param>
    /// <exception cref="MasterKeyException">A master key is missing.</exception>
    /// <exception cref="SettingsException">The database holds no installation.</exception>
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

    /// <summary>Re-wraps the installation key for a rotation of the master key (S8), without storing the result.</summary>
    /// <param name="database">The database.</param>
    /// <param name="from">The id of the active master key.</param>
    /// <param name="to">The id of the master key that will wrap the installation key.</param>
    /// <returns>The new box of the installation key.</returns>
    /// <exception cref="SettingsException">
    /// <paramref name="from"/> is no longer the active master key, or does not unwrap the installation key.
    /// </exception>
    public async Task<byte[]> RewrapInstallationKeyAsync(Database database, string from, string to)
    {
        var row = await database.ReadAsync(InstallationTable.FindAsync);
        if (row?.ActiveMasterKeyId != from)
        {
            throw new SettingsException($"master key: {from} is no longer the active one: see master-key list");
        }

        using var key = await UnwrapAsync(row);
        return await masterKeys.WrapVerifiedAsync(MasterKeyBinding.ForInstallationKey(to), key.Memory);
    }

    // Unwrapping the installation key shows that the active master key is the right one. Each other master key is checked with
    // its check box, or with a KEK if it has no check box. The check box is preferred because a single damaged KEK must not stop
    // a server.
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

        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        await UnwrapAsync(
            MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, kek.MasterKeyId), kek.WrappedKey!, key.Memory);
    }

    private async ValueTask<PinnedBuffer> UnwrapAsync(InstallationRow row)
    {
        var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
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
                $"master key: the key that was found under the id {binding.MasterKeyId} is not the one that this database "
                + "was sealed with");
        }
    }

    private async Task<InstallationRow> CreateAsync(Database database)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        RandomNumberGenerator.Fill(key.Span);
        var masterKeyId = masterKeys.FirstKeyId;
        var row = new InstallationRow(
            Instant.From(time.GetUtcNow()).Microseconds,
            masterKeyId,
            await masterKeys.WrapVerifiedAsync(MasterKeyBinding.ForInstallationKey(masterKeyId), key.Memory));
        try
        {
            var checkBox = await masterKeys.NewCheckBoxAsync(masterKeyId);
            using var keys = new InstallationKeys(key.Span);
            await database.WriteAsync(async transaction =>
            {
                await InstallationTable.InsertAsync(transaction, row, checkBox);
                return await LogIdentity.CreateAsync(transaction, keys, time);
            });
            return row;
        }
        catch (UniqueViolationException)
        {
            // Another process created the installation first, so that process's key is used.
            return (await database.ReadAsync(InstallationTable.FindAsync))!;
        }
    }
}
