using System.CommandLine;
using Secronna.Protocol;
using Secronna.Server.Features.Keys;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// <c>master-key generate</c> and <c>master-key retire</c>; <c>list</c> and <c>rotate</c> have files of their own.
/// </summary>
internal static class MasterKeyCommand
{
    public static Command Create() => new("master-key", "Manage the master keys, which wrap the KEKs of projects")
    {
        Generate(), MasterKeyListCommand.Create(), MasterKeyRotateCommand.Create(), Retire(),
    };

    private static Command Generate()
    {
        var id = new Option<string?>("--id") { Description = "The key's id; one is made up if not given" };
        var command = new Command("generate", "Add a new random master key to the master-key file or the token") { id };
        command.SetAction((parsed, _) => GenerateAsync(parsed.GetValue(id)));
        return command;
    }

    private static Command Retire()
    {
        var id = new Argument<string>("ID") { Description = "The key's id" };
        var command = new Command("retire", "Mark a master key that wraps nothing any more as not to be used again") { id };
        command.SetAction((parsed, _) => RetireAsync(parsed.GetRequiredValue(id)));
        return command;
    }

    /// <summary>An id for a new key.</summary>
    public static string NewId(TimeProvider time) => Ids.New("mk_", time.GetUtcNow());

    private static async Task<int> GenerateAsync(string? wantedId)
    {
        var settings = SettingsSource.Read();
        var id = wantedId ?? NewId(TimeProvider.System);
        if (!MasterKeyId.IsValid(id))
        {
            throw new SettingsException("a master key's id has 1 to 64 letters, digits, dots, underscores and hyphens");
        }

        await RequireNewAsync(settings, id);
        var place = MasterKeyProviders.Generate(settings.MasterKey, id);
        await RecordAsync(settings, id);
        Console.WriteLine($"master key {id} was added to {place}\n" + (settings.MasterKey.Provider == "File"
            ? "keep a copy of the file apart from the data: without it no secret can be read"
            : "the key never leaves the token: back the token up with its own tools, because without the key no secret can be read"));
        return 0;
    }

    private static async Task RequireNewAsync(Settings settings, string id)
    {
        if (OpenInstallation.FindEngine(settings, TimeProvider.System) is { } engine && await IsKnownAsync(engine, id))
        {
            throw new SettingsException(
                $"the installation knows a master key with the id {id}: another node may have generated it. "
                + "Copy that key, or choose another id");
        }

        if (settings.MasterKey is { Provider: "File", File: var file } && !File.Exists(file))
        {
            return;
        }

        using var keys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System);
        if (keys.Holds(id))
        {
            throw new SettingsException($"a master key with the id {id} already exists: choose another id");
        }
    }

    private static async Task<bool> IsKnownAsync(DatabaseEngine engine, string id) =>
        await Migrator.IsCurrentAsync(engine)
        && (await InstallationTable.ReadIfExistsAsync(engine, static (session, _) => KnownMasterKeyTable.ListAsync(session)))
            ?.Exists(key => key.Id == id) == true;

    // Records that the key was generated, and announces it, so that running nodes check whether they can use it. Without an
    // installation there is no audit trail, so nothing is recorded.
    private static async Task RecordAsync(Settings settings, string id)
    {
        if (OpenInstallation.FindEngine(settings, TimeProvider.System) is not { } engine
            || !await InstallationTable.ExistsAsync(engine))
        {
            return;
        }

        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        using var keys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System);
        await MasterKeyService.AnnounceNewAsync(database, keys, id, TimeProvider.System);
    }

    private static async Task<int> RetireAsync(string id)
    {
        var settings = SettingsSource.Read();
        await using var installation = await SettingsSource.OpenAsync(settings);
        await using var services = SettingsSource.Services(installation, settings);
        var retired = await services.GetRequiredService<MasterKeyService>().RetireAsync(id);
        Console.WriteLine($"master key {id} is retired: it wraps nothing in the database, and may be removed from the place where it is kept\n"
            + BackupsOf(retired));
        return 0;
    }

    /// <summary>Which backups can be opened only with the key.</summary>
    private static string BackupsOf(KnownMasterKey key) => key switch
    {
        { ActiveSince: null } => "it has never wrapped anything, so no backup needs it",
        { UnusedSince: { } since } =>
            $"backups made before {new Instant(since)} need it: keep a copy of the key, apart from these backups, until the last of them is gone",
        _ => "backups made until now need it: keep a copy of the key, apart from these backups, until the last of them is gone",
    };
}
