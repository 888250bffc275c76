using System.Data.Common;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A real installation with real services and no web server, over a database that a test can change behind its back.</summary>
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
        settings.Limits.RevealsPerMinute = 0;
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

    /// <summary>What <see cref="FillAsync"/> wrote.</summary>
    public List<Written> Filled { get; } = [];

    /// <summary>With the keys <c>mk_1</c> and <c>mk_2</c> in a file, or those that the settings name.</summary>
    public static async Task<TestInstallation> CreateAsync(MasterKeySettings? masterKey = null)
    {
        var vault = new TestInstallation(await TestEngine.Current.NewDatabaseAsync(), masterKey);
        await vault.OpenAsync();
        return vault;
    }

    public async Task OpenAsync()
    {
        installation = await OpenInstallation.OpenAsync(settings, migrate: true, TimeProvider.System, _ => { });
        services = MakeServices();
    }

    public async Task CloseAsync()
    {
        Cool();
        if (installation is not null)
        {
            await installation.DisposeAsync();
        }

        (installation, services) = (null, null);
    }

    /// <summary>New services with nothing in memory: every KEK has to be unwrapped again.</summary>
    public void Cool()
    {
        services?.GetRequiredService<KeyRing>().Dispose();
        services?.Dispose();
        services = installation is null ? null : MakeServices();
    }

    public DbConnection Stranger() => Database.ConnectToTamper();

    public static Caller Caller(string workspaceId) => ServiceCalls.Caller(workspaceId);

    public Task AllowAsync(string workspaceId) => Services.AllowAsync(workspaceId);

    public Task<string> AddProjectAsync(string workspaceId, string name) => Services.AddProjectAsync(workspaceId, name);

    public Task<string> AddEnvironmentAsync(string workspaceId, string projectId, string name) =>
        Services.AddEnvironmentAsync(workspaceId, projectId, name);

    public Task<Written[]> WriteAsync(string workspaceId, string projectId, string environmentId, params string[] keys) =>
        Services.WriteAsync(workspaceId, projectId, environmentId, keys);

    /// <summary>Two workspaces of two projects of two environments of two secrets of two versions.</summary>
    public async Task<List<Written>> FillAsync()
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

    /// <summary>The value, or the code of the refusal.</summary>
    public Task<string> RevealAsync(Written written, string? workspaceId = null) => Services.RevealAsync(written, workspaceId);

    /// <summary>The values of a whole environment, or the code of the refusal alone.</summary>
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

    public Task<string[]> RevealAllAsync(IEnumerable<Written> all) => Services.RevealAllAsync(all);

    /// <summary>How many reveals the trail says failed, of each version.</summary>
    public Dictionary<(string SecretId, int Version), long> Failures()
    {
        using var stranger = Stranger();
        return stranger.All("""
            SELECT secret_id, version, count(*) FROM audit_entries WHERE outcome = 'failed' AND action = 'secret.reveal' GROUP BY 1, 2
            """).ToDictionary(row => ((string)row[0], (int)(long)row[1]), row => (long)row[2]);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Database.DisposeAsync();
        folder.Dispose();
    }

    public static bool IsRefusal(string outcome) => outcome is ErrorCodes.IntegrityError or ErrorCodes.NotFound;

    private ServiceProvider MakeServices() =>
        new ServiceCollection().AddLogging().AddSecronna(installation!, settings).BuildServiceProvider();
}
