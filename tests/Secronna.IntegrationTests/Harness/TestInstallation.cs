using System.Data.Common;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Secronna.Server.Vault;

namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// An installation with all services but no web server. A test can change its database behind its back, and close it and
/// open it again as a restart would.
/// </summary>
internal sealed class TestInstallation : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Settings settings;
    private OpenInstallation? installation;
    private ServiceProvider? services;

    private TestInstallation(TestDatabase database, MasterKeySettings? masterKey)
    {
        Database = database;
        settings = new Settings { DataFolder = folder.Path };
        database.Configure(settings.Storage);
        settings.TurnOffRates();
        if (masterKey is not null)
        {
            settings.MasterKey = masterKey;
            return;
        }

        settings.MasterKey.File = folder["master-keys"];
        MasterKeyFile.Generate(settings.MasterKey.File, "mk_1");
        MasterKeyFile.Generate(settings.MasterKey.File, "mk_2");
    }

    public Settings Settings => settings;

    public string KeyFile => settings.MasterKey.File!;

    public TestDatabase Database { get; }

    public IServiceProvider Services => services!;

    /// <summary>The versions that <see cref="FillAsync"/> wrote.</summary>
    public List<WrittenVersion> Filled { get; } = [];

    /// <summary>
    /// Creates one with the master keys <c>mk_1</c> and <c>mk_2</c> in a file, or with those that the settings name.
    /// </summary>
    public static async Task<TestInstallation> CreateAsync(MasterKeySettings? masterKey = null)
    {
        var installation = new TestInstallation(await TestEngine.Current.NewDatabaseAsync(), masterKey);
        await installation.OpenAsync();
        return installation;
    }

    public async Task OpenAsync()
    {
        installation = await OpenInstallation.OpenAsync(settings, MigrationService.Step(_ => { }), TimeProvider.System, _ => { });
        services = MakeServices();
    }

    public async Task CloseAsync()
    {
        ForgetKeys();
        if (installation is not null)
        {
            await installation.DisposeAsync();
        }

        (installation, services) = (null, null);
    }

    /// <summary>
    /// Replaces the services by new ones that hold nothing in memory, so that every KEK has to be unwrapped again.
    /// </summary>
    public void ForgetKeys()
    {
        services?.GetRequiredService<KeyRing>().Dispose();
        services?.Dispose();
        services = installation is null ? null : MakeServices();
    }

    public DbConnection ConnectToTamper() => Database.ConnectToTamper();

    public static Caller Caller(string workspaceId) => ServiceCalls.Caller(workspaceId);

    public Task AllowAsync(string workspaceId) => Services.AllowAsync(workspaceId);

    public Task<string> AddProjectAsync(string workspaceId, string name) => Services.AddProjectAsync(workspaceId, name);

    public Task<string> AddEnvironmentAsync(string workspaceId, string projectId, string name) =>
        Services.AddEnvironmentAsync(workspaceId, projectId, name);

    public Task<WrittenVersion[]> WriteAsync(string workspaceId, string projectId, string environmentId, params string[] keys) =>
        Services.WriteAsync(workspaceId, projectId, environmentId, keys);

    /// <summary>
    /// Writes two workspaces with two projects each, two environments each, two secrets each and two versions each.
    /// </summary>
    public async Task<List<WrittenVersion>> FillAsync()
    {
        foreach (var workspaceId in (string[])["acc_a", "acc_b"])
        {
            await AllowAsync(workspaceId);
            foreach (var project in (string[])["web", "api"])
            {
                var projectId = await AddProjectAsync(workspaceId, project);
                foreach (var environment in (string[])["production", "staging"])
                {
                    var environmentId = await AddEnvironmentAsync(workspaceId, projectId, environment);
                    Filled.AddRange(await WriteAsync(workspaceId, projectId, environmentId, "ONE", "TWO"));
                    Filled.AddRange(await WriteAsync(workspaceId, projectId, environmentId, "ONE", "TWO"));
                }
            }
        }

        return Filled;
    }

    /// <summary>Reveals a version and returns its value, or the error code if it is refused.</summary>
    public Task<string> RevealAsync(WrittenVersion written, string? workspaceId = null) => Services.RevealAsync(written, workspaceId);

    /// <summary>Reveals an environment and returns its values, or only the error code if it is refused.</summary>
    public async Task<string[]> RevealEnvironmentAsync(string workspaceId, EnvironmentReference name)
    {
        try
        {
            var (_, revealed) = await Services.GetRequiredService<EnvironmentRevealService>()
                .RevealAsync(Caller(workspaceId), name, new RevealSelection(null, null), _ => false);
            using (revealed)
            {
                return [.. revealed!.Values.Select(value => Encoding.UTF8.GetString(value.Value.Span))];
            }
        }
        catch (RequestException refused)
        {
            return [refused.Code];
        }
    }

    public Task<string[]> RevealAllAsync(IEnumerable<WrittenVersion> all) => Services.RevealAllAsync(all);

    /// <summary>The number of reveals that the audit trail says failed, by version.</summary>
    public Dictionary<(string SecretId, int Version), long> Failures()
    {
        using var connection = ConnectToTamper();
        return connection.All("""
            SELECT secret_id, version, count(*) FROM audit_entries WHERE outcome = 'failed' AND action = 'secret.reveal' GROUP BY 1, 2
            """).ToDictionary(row => ((string)row[0], (int)(long)row[1]), row => (long)row[2]);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Database.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Whether the result of a reveal is an error code that a reader of changed rows may get.</summary>
    public static bool IsRefusal(string outcome) => outcome is ErrorCodes.IntegrityError or ErrorCodes.NotFound;

    private ServiceProvider MakeServices() =>
        new ServiceCollection().AddLogging().AddSecronna(installation!, settings).BuildServiceProvider();
}
