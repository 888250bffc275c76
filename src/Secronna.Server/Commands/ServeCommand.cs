using System.CommandLine;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;

namespace Secronna.Server.Commands;

/// <summary><c>serve</c>: runs the server for production.</summary>
internal static class ServeCommand
{
    private const string DefaultUrl = "http://127.0.0.1:4230";

    public static Command Create()
    {
        var migrate = new Option<bool>("--migrate") { Description = "Apply pending migrations before starting" };
        var urls = new Option<string?>("--urls")
        {
            Description = $"Addresses to listen on, separated by semicolons; if not given, ASPNETCORE_URLS, or {DefaultUrl}",
        };
        var command = new Command("serve", "Run the server") { migrate, urls };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(migrate), parsed.GetValue(urls)));
        return command;
    }

    private static async Task<int> RunAsync(bool migrate, string? urls)
    {
        var settings = SettingsSource.Read();
        PrivateFiles.Require(settings);
        var addresses = (urls ?? Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? DefaultUrl)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ListenAddresses.RequireNoForwarding(SettingsSource.Configuration());
        ListenAddresses.RequireSafe(addresses, SettingsSource.Configuration(), settings);
        ListenCertificates.Require(addresses, SettingsSource.Configuration(), settings);
        await using var installation = await OpenInstallation.OpenAsync(
            settings, migrate, TimeProvider.System, FailFast.OnFsyncFailure);
        await using var app = Composition.BuildServer(installation, settings, addresses);
        // The addresses are checked again with the web server's own configuration, because it has more sources of endpoints.
        ListenAddresses.RequireSafe(addresses, app.Configuration, settings);
        await ServerLifetime.StartAsync(app, "name other addresses with --urls or ASPNETCORE_URLS");
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Secronna");
        HostingLog.Ready(log, string.Join(", ", app.Urls), installation.Database.Engine.DisplayName);
        WarnOfMasterKeyBesideData(log, settings);
        ProviderWarnings.Log(log, settings.Huudis);
        return await ServerLifetime.WaitAsync(app);
    }

    private static void WarnOfMasterKeyBesideData(ILogger log, Settings settings)
    {
        if (settings is { DataFolder: { } folder, MasterKey.File: { } file }
            && Path.GetFullPath(file).StartsWith(Path.GetFullPath(folder).TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            HostingLog.MasterKeyBesideData(log, file);
        }
    }
}
