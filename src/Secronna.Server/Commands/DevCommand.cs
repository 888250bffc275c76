using System.CommandLine;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>dev</c>: runs a server on loopback, and makes everything that it needs.</summary>
internal static class DevCommand
{
    private const int DefaultPort = 4230;
    private const string DefaultFolder = ".secronna";

    public static Command Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = $"The folder for the database, the master key and dev.env; {DefaultFolder} if not given",
        };
        var port = new Option<int>("--port")
        {
            Description = "The port to listen on; 0 takes a free one",
            DefaultValueFactory = _ => DefaultPort,
        };
        var command = new Command("dev", "Run a server to try Secronna out, with everything it needs made for you") { data, port };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(data), parsed.GetValue(port)));
        return command;
    }

    private static async Task<int> RunAsync(string? data, int port)
    {
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new SettingsException($"--port must be a number from 0 to {ushort.MaxValue}");
        }

        using var signals = new ServerSignals();
        var settings = SettingsSource.Read(DevStart.Audiences);
        if (settings.Storage.Provider != "Sqlite")
        {
            throw new SettingsException("dev works only with SQLite: unset Secronna__Storage__Provider, or use serve");
        }

        if (KnownRuntimeFaults.Of(KnownRuntimeFaults.Running) is { } faults && settings.AcceptRuntime != KnownRuntimeFaults.Running)
        {
            await Console.Error.WriteLineAsync($"Warning: {faults}; serve would refuse it");
        }

        var folder = Path.GetFullPath(data ?? settings.DataFolder ?? DefaultFolder);
        var url = $"http://127.0.0.1:{port}";
        TelemetrySettings.Require(SettingsSource.Configuration());
        ListenAddresses.RequireNoForwarding(SettingsSource.Configuration());
        ListenAddresses.RequireTlsOrLoopback([url], SettingsSource.Configuration());
        using var locked = DevFolder.Lock(folder);
        await PrepareAsync(settings, folder);
        await using var installation = await OpenInstallation.OpenAsync(
            settings, ProgressReport.MigrationStep(), SystemTime.Instance, FailFast.OnFsyncFailure);
        await using var app = Composition.BuildServer(installation, settings, url);
        var start = new DevStart(installation, app.Services, Path.Combine(folder, DevStart.EnvironmentFile));
        var token = await start.PrepareAsync();
        // Somebody who tries Secronna out may do so a year later again.
        installation.Clock.Trust();
        signals.SendTo(app, installation);
        await ServerLifetime.StartAsync(app, "choose another port with --port (0 takes a free one)");
        url = app.Urls.First();
        await start.WriteEnvironmentFileAsync(url, token);
        await DevGreeting.PrintAsync(installation, folder, url);
        return await ServerLifetime.WaitAsync(app);
    }

    // A new key is generated only for a new database. If the key of an existing database is missing, the command must fail and
    // say so.
    private static async Task PrepareAsync(Settings settings, string folder)
    {
        settings.DataFolder = folder;
        settings.MasterKey.File ??= Path.Combine(folder, "master-keys");
        var engine = OpenInstallation.RequireEngine(settings, TimeProvider.System);
        var isNew = await InstallationTable.ReadIfExistsAsync(engine, RequireOwnAsync) is null;
        if (settings.MasterKey.Provider == "File" && !File.Exists(settings.MasterKey.File))
        {
            if (!isNew)
            {
                await ThrowMissingKeyAsync(engine, settings.MasterKey.File);
            }

            MasterKeyFile.Generate(settings.MasterKey.File, MasterKeyCommand.NewId(TimeProvider.System));
        }
    }

    // Environment variables of the shell may still name a real installation. Its data must not be used for trials.
    private static async ValueTask<InstallationRow> RequireOwnAsync(Session session, InstallationRow row)
    {
        if ((await WorkspaceTable.ListAsync(session, "", 1)).Count > 0
            && !await WorkspaceTable.IsAllowedAsync(session, DevStart.WorkspaceId))
        {
            throw new SettingsException("this folder holds an installation that dev did not make: name another folder with --data");
        }

        return row;
    }

    private static async Task ThrowMissingKeyAsync(DatabaseEngine engine, string file)
    {
        var id = await InstallationTable.ReadIfExistsAsync(engine, (_, row) => new ValueTask<string>(row.ActiveMasterKeyId));
        throw new SettingsException(
            $"master key: the database needs the key with the id {id}, and the file {file} does not exist: put it back");
    }
}
