using System.CommandLine;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary><c>migrate</c>: shows or applies pending migrations.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list the pending migrations" };
        var command = new Command("migrate", "Bring the database's schema to this version of the program") { dryRun };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(dryRun)));
        return command;
    }

    private static async Task<int> RunAsync(bool dryRun)
    {
        var settings = SettingsSource.Read();
        var engine = OpenInstallation.RequireEngine(settings, TimeProvider.System);
        if (dryRun)
        {
            Print("pending", await Migrator.PendingAsync(engine));
            return 0;
        }

        using var masterKeys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System);
        await new InstallationSetup(masterKeys, TimeProvider.System).CheckAsync(engine);
        Print("applied", await MigrationService.ApplyAsync(engine, new ProgressReport(TimeProvider.System).Report));
        return 0;
    }

    private static void Print(string state, IReadOnlyList<Migration> migrations)
    {
        foreach (var migration in migrations)
        {
            Console.WriteLine($"{state}: {migration.Name}");
        }

        Console.WriteLine(migrations.Count == 0 ? "the database is current" : $"{migrations.Count} migration(s) {state}");
    }
}
