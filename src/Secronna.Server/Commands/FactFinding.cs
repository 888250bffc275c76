using System.Net;
using System.Net.NetworkInformation;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Checking;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// Finds the facts that <c>check</c> judges, by the steps of <c>serve</c>'s own start. A step that fails is an obstacle, and the
/// further steps are tried all the same. Nothing is changed.
/// </summary>
internal sealed class FactFinding
{
    private readonly IConfiguration configuration = SettingsSource.Configuration();
    private readonly List<string> obstacles = [];
    private readonly TimeProvider time;
    private readonly Settings settings;

    private FactFinding(TimeProvider time)
    {
        this.time = time;
        List<SettingsException> problems = [];
        settings = SettingsReader.Read(configuration, problems);
        obstacles.AddRange(problems.Select(problem => problem.Message));
        obstacles.AddRange(TelemetrySettings.Problems(configuration));
    }

    /// <summary>Finds the facts.</summary>
    /// <param name="urls">The option <c>--urls</c>; <c>null</c> if it was not given.</param>
    /// <param name="time">The clock.</param>
    public static Task<CheckedFacts> FindAsync(string? urls, TimeProvider time) => new FactFinding(time).FindAsync(urls);

    private async Task<CheckedFacts> FindAsync(string? urls)
    {
        var addresses = await TryAsync(() => Task.FromResult<IReadOnlyList<BindingAddress>?>(FindAddresses(urls))) ?? [];
        Try(SettingsSource.RequireDistinctVariables);
        Try(() => UnixSockets.RequireUsable(ListenAddresses.All(ServeCommand.Addresses(urls), configuration)));
        Try(() => PrivateFiles.Require(settings));
        var certificate = await TryAsync(() => Task.FromResult(CertificateFacts.Find(settings, time)));
        var database = await TryAsync(FindDatabaseAsync);
        await TryAsync<object>(async () => await LostDatabase.RequireNoneAsync(settings));
        await TryAsync(CheckMasterKeysAsync);
        return new CheckedFacts
        {
            Settings = settings,
            Obstacles = obstacles,
            Addresses = addresses,
            Runtime = KnownRuntimeFaults.Running,
            Certificate = certificate,
            Database = database,
            FreeBytes = FindFreeBytes(),
            IsReserveOff = configuration["Secronna:Storage:ReservedBytes"]?.Trim() == "0",
            KeysMayGrant = !bool.TryParse(configuration["Secronna:Access:KeysMayGrant"], out var mayGrant) || mayGrant,
            Now = time.GetUtcNow(),
        };
    }

    private List<BindingAddress> FindAddresses(string? urls)
    {
        var texts = ServeCommand.Addresses(urls);
        List<BindingAddress> addresses = [.. ListenAddresses.All(texts, configuration)];
        ListenAddresses.RequireNoForwarding(configuration);
        ListenAddresses.RequireSafe(texts, configuration, settings);
        ListenCertificates.Require(texts, configuration, settings);
        obstacles.AddRange(addresses.Where(IsForeign).Select(
            address => $"{address} is an address that this machine does not have, so nobody can listen on it"));
        return addresses;
    }

    private static bool IsForeign(BindingAddress address) => !address.IsUnixPipe
        && IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)
        && !IPAddress.IsLoopback(ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any)
        && !NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Any(own => own.Address.Equals(ip));

    private async Task<DatabaseFacts?> FindDatabaseAsync()
    {
        var engine = OpenInstallation.RequireEngine(settings, time);
        var pending = await Migrator.PendingAsync(engine);
        if (pending.Count > 0)
        {
            return new(pending.Count, await InstallationTable.ExistsAsync(engine), 0);
        }

        await using var snapshot = await engine.OpenSnapshotAsync();
        return new(0, Exists: true, await CredentialTable.CountWithoutExpiryAsync(snapshot));
    }

    private async Task<object?> CheckMasterKeysAsync()
    {
        using var masterKeys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, time);
        if (OpenInstallation.FindEngine(settings, time) is { } engine)
        {
            await new InstallationSetup(masterKeys, time).CheckAsync(engine);
        }

        return null;
    }

    private long? FindFreeBytes()
    {
        var folder = settings.DataFolder;
        return Directory.Exists(folder) ? new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace : null;
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (SettingsException exception)
        {
            obstacles.Add(exception.Message);
        }
    }

    private async Task<T?> TryAsync<T>(Func<Task<T?>> step)
        where T : class
    {
        try
        {
            return await step();
        }
        catch (Exception exception) when (exception is SettingsException or StorageSetupException or StorageUnavailableException or MasterKeyException)
        {
            obstacles.Add(exception.Message);
            return null;
        }
    }
}
