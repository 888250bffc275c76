using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// One of several nodes that share a database, without HTTP. It has its own clock, provider, connections and services.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly OpenInstallation installation;
    private readonly ServiceProvider services;

    private TestNode(OpenInstallation installation, Settings settings, ScriptedProvider provider, QuickClock clock)
    {
        (this.installation, Provider, Clock) = (installation, provider, clock);
        services = new ServiceCollection().AddLogging(logging => logging.AddProvider(Log)).AddSecronna(installation, settings)
            .BuildServiceProvider();
    }

    public ScriptedProvider Provider { get; }

    public QuickClock Clock { get; }

    public CapturedLog Log { get; } = new();

    public IServiceProvider Services => services;

    public Database Database => installation.Database;

    public KeyRing Ring => Get<KeyRing>();

    /// <exception cref="MasterKeyException">The start is refused.</exception>
    public static async Task<TestNode> OpenAsync(
        TestDatabase database, ScriptedProvider provider, QuickClock clock, Action<Settings>? configure = null,
        Func<DatabaseEngine, DatabaseEngine>? wrap = null)
    {
        var settings = new Settings();
        database.Configure(settings.Storage);
        settings.TurnOffRates();
        configure?.Invoke(settings);
        var masterKeys = new MasterKeyRing([provider], clock);
        await masterKeys.RefreshAsync();
        // All nodes share the database's clock.
        var engine = database.EngineWith(TimeProvider.System);
        var installation = await OpenInstallation.OpenAsync(
            settings, wrap is null ? engine : wrap(engine), masterKeys, MigrationService.Step(_ => { }), clock, _ => { });
        return new TestNode(installation, settings, provider, clock);
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Ends as a killed process does: finishes nothing and tells the other nodes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        Ring.Dispose();
        await services.DisposeAsync();
        await installation.DisposeAsync();
    }
}
