using System.CommandLine;
using System.Text.Json;
using Secronna.Server.Features.Backup;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage;

namespace Secronna.Server.Commands;

/// <summary><c>storage copy</c>: copies an installation to another database.</summary>
internal static class StorageCommand
{
    public static Command Create() => new("storage", "Move the installation's data") { Copy() };

    private static Command Copy()
    {
        var to = new Option<string>("--to")
        {
            Description = "The database to copy to, which must be empty: Host=…;Database=…;Username=… (PostgreSQL) or Data Source=FILE (SQLite)",
            Required = true,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("copy", "Copy everything to another database and verify the copy; stop all servers first") { to, json };
        command.SetAction((parsed, _) => CopyAsync(parsed.GetRequiredValue(to), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> CopyAsync(string to, bool json)
    {
        var settings = SettingsSource.Read();
        var source = OpenInstallation.RequireEngine(settings, TimeProvider.System);
        var target = DatabaseEngines.Of(to, TimeProvider.System);
        using var masterKeys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System);
        using var interruption = new Interruption();
        var move = new InstallationMove(masterKeys, TimeProvider.System, new ProgressReport(TimeProvider.System).Report);
        await move.CheckAsync(source, target, interruption.Token);
        var (tables, found) = await move.RunAsync(source, target, interruption.Token);
        var rows = tables.Sum(table => table.Rows);
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new CopyLine(target.Place, tables, found), CommandJson.Default.CopyLine)
            : $"{rows:N0} rows of {tables.Count} tables were copied to {target.Place} and verified: {found}\n"
                + "now configure the servers to use it, and never start one on the old database again");
        return 0;
    }
}
