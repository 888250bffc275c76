using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Secronna.IdentityProvider;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Http;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys.Local;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A server in this process, with real sockets, over an installation of its own in a temporary folder.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string folder;
    private readonly TestDatabase database;
    private readonly Action<Settings>? configure;
    private readonly Action<WebApplication>? map;
    private readonly string url;
    private WebApplication? app;
    private OpenInstallation? installation;
    private HttpClient? http;

    private TestServer(TestDatabase database, Action<Settings>? configure, TimeProvider time, Action<WebApplication>? map, string url)
    {
        (this.database, this.configure, this.map, this.url, Time) = (database, configure, map, url, time);
        folder = Directory.CreateTempSubdirectory("secronna-http-").FullName;
        MasterKeyFile.Generate(Path.Combine(folder, "master-keys"), "mk_test");
    }

    public TimeProvider Time { get; }

    /// <summary>The identity provider whose access tokens the server accepts. With <c>null</c> it accepts none.</summary>
    public TestIdentityProvider? Provider { get; private init; }

    public CapturedLog Log { get; } = new();

    public IServiceProvider Services => app!.Services;

    public OpenInstallation Installation => installation!;

    public HttpClient Http => http!;

    public Uri Address => http!.BaseAddress!;

    /// <summary>A client without a credential.</summary>
    public ApiClient Anyone => new(this, null);

    public static async Task<TestServer> StartAsync(
        Action<Settings>? configure = null, TimeProvider? time = null, Action<WebApplication>? map = null,
        TestIdentityProvider? provider = null, string url = "http://127.0.0.1:0")
    {
        // The server's log would clutter the tests' output. Tests read the captured log instead.
        Environment.SetEnvironmentVariable("Logging__Console__LogLevel__Default", "None");
        var server = new TestServer(await TestEngine.Current.NewDatabaseAsync(), configure, time ?? TimeProvider.System, map, url)
        {
            Provider = provider,
        };
        await server.StartAsync();
        return server;
    }

    /// <summary>Stops the server and starts it again over the same files.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Opens the same installation a second time, as another process would.</summary>
    public Task<OpenInstallation> OpenAgainAsync() =>
        OpenInstallation.OpenAsync(NewSettings(), migration: null, Time, reason => Log.Add("fsync: " + reason));

    public ApiClient With(string? token) => new(this, token);

    public async Task AllowAsync(string workspaceId) => await AllowAsync(Installation.Database, Time, workspaceId);

    public static async Task AllowAsync(Database database, TimeProvider time, string workspaceId) =>
        await database.WriteAsync((workspaceId, time), static async (transaction, state) =>
        {
            await WorkspaceTable.AllowAsync(transaction, state.workspaceId, null, Instant.From(state.time.GetUtcNow()).Microseconds);
            return true;
        });

    public static async Task DenyAsync(Database database, string workspaceId) =>
        await database.WriteAsync(workspaceId, static (transaction, id) => WorkspaceTable.DenyAsync(transaction, id));

    /// <summary>A new allowed workspace with an API key. Tests are independent of each other if each has its own.</summary>
    public async Task<Workspace> NewWorkspaceAsync()
    {
        var id = "acc_" + System.Security.Cryptography.RandomNumberGenerator.GetHexString(12, lowercase: true);
        await AllowAsync(id);
        var key = await Services.GetRequiredService<CredentialService>().AddApiKeyAsync(Caller.Operator(id), "test");
        return new Workspace(this, id, key.Id, key.Token);
    }

    /// <summary>A new environment in a new project of a new workspace.</summary>
    public async Task<TestEnvironment> NewTestEnvironmentAsync() => await (await NewWorkspaceAsync()).NewTestEnvironmentAsync();

    /// <summary>Runs SQL on a connection of its own, past the server, and returns the rows.</summary>
    public List<object[]> Sql(string sql, params (string Name, object? Value)[] parameters)
    {
        using var connection = database.Connect();
        return connection.All(sql, parameters);
    }

    public long Count(string sql, params (string Name, object? Value)[] parameters) => (long)Sql(sql, parameters)[0][0];

    /// <summary>Makes the database refuse a change, such as <c>INSERT</c>, of a table until <see cref="Mend"/>.</summary>
    public void Break(string change, string table, string when = "") => database.Break(change, table, when);

    public void Mend(string table) => database.Mend(table);

    /// <summary>Sets the clock of a database that has its own to the server's time, and lets the server see it.</summary>
    public async Task SetDatabaseClockAsync()
    {
        await database.SetClockAsync(Time);
        await Installation.Clock.LookAsync(Installation.Database);
    }

    /// <summary>Advances the server's clock, which is given, and the database's.</summary>
    public Task AdvanceAsync(FakeTimeProvider time, TimeSpan by)
    {
        time.Advance(by);
        return SetDatabaseClockAsync();
    }

    /// <summary>Lets no audit entry be written until the result is disposed.</summary>
    public IDisposable HoldAudit() => database.HoldAudit(Installation.Database);

    /// <summary>The bytes of every file that may hold the database's contents.</summary>
    public IEnumerable<byte[]> Files() => database.Files();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var settings = NewSettings();
        installation = await OpenInstallation.OpenAsync(
            settings, MigrationService.Step(_ => { }), Time, reason => Log.Add("fsync: " + reason));
        app = Composition.BuildServer(installation, settings, url);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(Log);
        app.Services.GetRequiredService<RefusalPace>().MinDelay = TimeSpan.Zero;
        map?.Invoke(app);
        await app.StartAsync();
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        })
        {
            BaseAddress = new Uri(app.Urls.Single()),
            Timeout = TimeSpan.FromSeconds(60),
            DefaultRequestVersion = HttpVersion.Version11,
        };
    }

    private async Task StopAsync()
    {
        http?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (installation is not null)
        {
            await installation.DisposeAsync();
        }
    }

    private Settings NewSettings()
    {
        var settings = new Settings { DataFolder = folder };
        database.Configure(settings.Storage);
        settings.MasterKey.File = Path.Combine(folder, "master-keys");
        settings.TurnOffRates();
        settings.Huudis.Issuer = Provider?.Issuer;
        settings.Huudis.RequireHttpsMetadata = false;
        settings.Huudis.Audiences.Add("secronna");
        settings.Huudis.Audiences.Add("secronna-cli");
        configure?.Invoke(settings);
        return settings;
    }
}
