using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// <c>master-key list</c>: lists the master keys. For each key it shows whether a provider holds it, whether the database needs
/// it, and which backups need it. The command changes nothing.
/// </summary>
internal static class MasterKeyListCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line" };
        var command = new Command("list", "List the master keys: which are found, and which the database and backups need") { json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> ListAsync(bool json)
    {
        var settings = SettingsSource.Read();
        using var keys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System);
        var use = await ReadAsync(settings) ?? new MasterKeyUse("", [], []);
        foreach (var id in keys.KeyIds.Union(use.InUse).Union(use.Known.Select(key => key.Id)).Union(use.Active.Length > 0 ? [use.Active] : []))
        {
            var known = use.Known.Find(key => key.Id == id);
            var line = new MasterKeyLine(
                id, keys.Holds(id), id == use.Active, id == use.Active || use.InUse.Contains(id), known?.RetiredAt is not null,
                known?.UnusedSince is { } since ? new Instant(since) : null);
            Console.WriteLine(json ? JsonSerializer.Serialize(line, CommandJson.Default.MasterKeyLine) : Text(line));
        }

        return 0;
    }

    private static string Text(MasterKeyLine line)
    {
        var state = line switch
        {
            { Active: true } => "active",
            { InUse: true } => "in use",
            { Retired: true } => "retired",
            _ => "not in use",
        };
        var backups = line.UnusedSince is { } since ? $"  backups before {since} need it" : "";
        // A key that the database does not need may be absent.
        var found = line.Found ? "found" : line.InUse ? "MISSING" : "absent";
        return $"{line.Id,-40} {found,-8} {state}{backups}";
    }

    private static async Task<MasterKeyUse?> ReadAsync(Settings settings)
    {
        if (OpenInstallation.FindEngine(settings, TimeProvider.System) is not { } engine)
        {
            return null;
        }

        // The table of known keys may be missing from a database that has not been migrated yet.
        var isCurrent = await Migrator.IsCurrentAsync(engine);
        return await InstallationTable.ReadIfExistsAsync(engine, async (session, row) => new MasterKeyUse(
            row.ActiveMasterKeyId,
            (await KekTable.ListOnePerMasterKeyAsync(session)).ConvertAll(kek => kek.MasterKeyId),
            isCurrent ? await KnownMasterKeyTable.ListAsync(session) : []));
    }

    private sealed record MasterKeyUse(string Active, List<string> InUse, List<KnownMasterKey> Known);
}
