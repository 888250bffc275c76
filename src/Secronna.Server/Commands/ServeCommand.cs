using System.CommandLine;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary><c>serve</c>: runs the server for production.</summary>
internal static class ServeCommand
{
    private const string DefaultUrl = "http://127.0.0.1:4230";

    public static Command Create()
    {
        var migrate = new Option<bool>("--migrate") { Description = "Apply pending migrations before starting" };
        var urls = Urls();
        var command = new Command("serve", "Run the server") { migrate, urls };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(migrate), parsed.GetValue(urls)));
        return command;
    }

    /// <summary>The addresses that the server listens on.</summary>
    /// <param name="urls">The option <c>--urls</c>; <c>null</c> if it was not given.</param>
    /// <exception cref="SettingsException">There is no address.</exception>
    public static string[] Addresses(string? urls) => (urls ?? Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? DefaultUrl)
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } addresses
            ? addresses
            : throw new SettingsException("--urls or ASPNETCORE_URLS is empty: name an address to listen on, or unset it");

    /// <summary>The option that names the addresses.</summary>
    public static Option<string?> Urls() => new("--urls")
    {
        Description = $"Addresses to listen on, separated by semicolons; if not given, ASPNETCORE_URLS, or {DefaultUrl}",
    };

    private static async Task<int> RunAsync(bool migrate, string? urls)
    {
        using var signals = new ServerSignals();
        var settings = SettingsSource.Read();
        KnownRuntimeFaults.Require(KnownRuntimeFaults.Running, settings.AcceptRuntime);
        PrivateFiles.Require(settings);
        var state = await LostDatabase.RequireNoneAsync(settings);
        var addresses = Addresses(urls);
        TelemetrySettings.Require(SettingsSource.Configuration());
        ListenAddresses.RequireNoForwarding(SettingsSource.Configuration());
        ListenAddresses.RequireSafe(addresses, SettingsSource.Configuration(), settings);
        ListenCertificates.Require(addresses, SettingsSource.Configuration(), settings);
        await using var installation = await OpenInstallation.OpenAsync(
            settings, migrate ? ProgressReport.MigrationStep() : null, SystemTime.Instance, FailFast.OnFsyncFailure);
        state.RequireWritable();
        await using var app = Composition.BuildServer(installation, settings, addresses);
        // The addresses are checked again with the web server's own configuration, because it has more sources of endpoints.
        ListenAddresses.RequireSafe(addresses, app.Configuration, settings);
        UnixSockets.RemoveDead(addresses, app.Configuration);
        installation.Clock.CompareWithEntries();
        signals.SendTo(app, installation);
        await ServerLifetime.StartAsync(app, "name other addresses with --urls or ASPNETCORE_URLS");
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Secronna");
        HostingLog.Ready(log, string.Join(", ", app.Urls), installation.Database.Engine.DisplayName);
        WarnOfMasterKeyBesideData(log, settings);
        ProviderWarnings.Log(log, settings.Huudis);
        return await ServerLifetime.WaitAsync(app);
    }

    private static void WarnOfMasterKeyBesideData(ILogger log, Settings settings)
    {
        if (MasterKeyPlace.IsBesideData(settings, settings.MasterKey))
        {
            HostingLog.MasterKeyBesideData(log, settings.MasterKey.File!);
        }
    }
}
