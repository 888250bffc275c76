using System.Text.Json.Serialization;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Features.Environments;
using Secronna.Server.Features.Health;
using Secronna.Server.Features.Keys;
using Secronna.Server.Features.PointInTime;
using Secronna.Server.Features.Projects;
using Secronna.Server.Features.Reads;
using Secronna.Server.Features.Search;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Http;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Index;
using Secronna.Server.Trail.Reads;
using Secronna.Server.Trail.Tree;
using Secronna.Server.Vault;

namespace Secronna.Server.Hosting;

/// <summary>Puts the parts together: for the web server, and for commands that need only the services.</summary>
internal static class Composition
{
    private const int MaxCachedKeks = 1_000;
    // The most bytes that large bodies and reveals may together hold in memory (S29).
    private const long PlaintextBytes = 256 * 1024 * 1024;
    // Two copies of the largest reveal or restore, with the room that sealed values take beyond open ones.
    private const long LargestRequest = 40 * 1024 * 1024;
    // Without it the host watches the folder that the program was started in. If the database is there, each of its writes would
    // wake the watcher.
    private const string NoReload = "--hostBuilder:reloadConfigOnChange=false";
    private static readonly TimeSpan KekLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Adds the services of an open installation. The caller closes the installation.</summary>
    public static IServiceCollection AddSecronna(
        this IServiceCollection services, OpenInstallation installation, Settings settings) => services
        .AddSingleton(installation.Time)
        .AddSingleton(settings)
        .AddSingleton(settings.Limits)
        .AddSingleton(settings.Huudis)
        .AddSingleton(settings.Access)
        .AddSingleton(settings.Keys)
        .AddSingleton(settings.Storage)
        .AddSingleton(NodeIdentity.New(installation.Time))
        .AddSingleton(installation.MasterKeys)
        .AddSingleton(installation.Setup)
        .AddSingleton(installation.Database)
        .AddSingleton(installation.Keys)
        .AddSingleton(installation.Clock)
        .AddSingleton(new KeyRing(MaxCachedKeks, KekLifetime))
        .AddSingleton(PlaintextBudget.Of(PlaintextBytes, LargestRequest, settings.Limits))
        .AddSingleton(FairGate.Of("heavy requests", installation.Database.MaxReads, settings.Limits, installation.Time))
        .AddSingleton<BatchGate>()
        .AddSingleton(services => new HeavyThreads(
            services.GetRequiredService<FairGate>().Places + services.GetRequiredService<BatchGate>().Gate.Places))
        .AddSingleton<RequestsInHand>()
        .AddSingleton<AccessCache>()
        .AddSingleton<Authentication>()
        .AddSingleton<KeyAuthentication>()
        .AddSingleton<TokenAuthentication>()
        .AddSingleton(services => new ProviderKeys(
            settings.Huudis, ProviderHttp.NewClient(), installation.Time,
            services.GetRequiredService<ILogger<ProviderKeys>>()))
        .AddSingleton<Authorization>()
        .AddSingleton<RateLimits>()
        .AddSingleton<DiskSpace>()
        .AddSingleton<RefusalRecorder>()
        .AddSingleton<IdempotencyGuesses>()
        .AddSingleton<AuditService>()
        .AddSingleton<AuditProofService>()
        .AddSingleton<EnvironmentReadService>()
        .AddSingleton<SecretReadService>()
        .AddSingleton<WorkspaceReadService>()
        .AddSingleton<Follower, IndexFollower>()
        .AddSingleton<Follower, TreeFollower>()
        .AddSingleton<Follower, ReadsFollower>()
        .AddSingleton<LogKeys>()
        .AddSingleton(services => new CheckpointMemory(
            installation.Database, services.GetRequiredService<LogKeys>(), StateFolder.Find(settings, installation.Database.Engine)?.Checkpoints,
            services.GetRequiredService<ILogger<CheckpointMemory>>()))
        .AddSingleton<KekLeases>()
        .AddSingleton<KekCreation>()
        .AddSingleton<WrapReservations>()
        .AddSingleton<KekRotation>()
        .AddSingleton<KekRewrapper>()
        .AddSingleton<MasterKeyRewrapper>()
        .AddSingleton<MasterKeyService>()
        .AddSingleton<KeyWorker>()
        .AddSingleton<KekService>()
        .AddSingleton<LogKeyRotation>()
        .AddSingleton<ProjectService>()
        .AddSingleton<EnvironmentService>()
        .AddSingleton<SecretService>()
        .AddSingleton<VersionDestruction>()
        .AddSingleton<KekReservations>()
        .AddSingleton<SecretWriter>()
        .AddSingleton<SecretOpener>()
        .AddSingleton<RevealService>()
        .AddSingleton<EnvironmentRevealService>()
        .AddSingleton<HistoryService>()
        .AddSingleton<RollbackService>()
        .AddSingleton<RestorePlanner>()
        .AddSingleton<RestoreWriter>()
        .AddSingleton<RestoreAttempts>()
        .AddSingleton<RestoreService>()
        .AddSingleton<CompareService>()
        .AddSingleton<SearchService>()
        .AddSingleton<CredentialService>()
        .AddSingleton<CredentialRevocation>()
        .AddSingleton<Cursors>()
        .AddSingleton<RefusalPace>()
        .AddSingleton<Purger>()
        .AddSingleton<MasterKeyWatch>()
        .AddSingleton<HealthProbe>();

    /// <summary>Builds the web server over an open installation, and does not start it.</summary>
    /// <param name="installation">The open installation. The caller closes it after the server.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="urls">The addresses to listen on.</param>
    /// <exception cref="SettingsException">The certificate can't be used.</exception>
    public static WebApplication BuildServer(OpenInstallation installation, Settings settings, params string[] urls)
    {
        var builder = WebApplication.CreateSlimBuilder([NoReload]);
        builder.WebHost.UseUrls(urls);
        builder.Services.AddSecronna(installation, settings);
        WebServer.Configure(builder, settings.Http, installation.Time);
        builder.Services.AddHostedService(services => services.GetRequiredService<Purger>());
        builder.Services.AddHostedService(services => services.GetRequiredService<HealthProbe>());
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyWorker>());
        builder.Services.AddHostedService<FollowerWorker>();
        builder.Services.AddHostedService<ClockWorker>();
        builder.Services.AddHostedService<Housekeeping>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ProtocolJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer<OpenApi>().AddSchemaTransformer<OpenApiSchemas>());
        Observability.AddLogging(builder);
        Observability.AddTelemetry(builder);

        var app = builder.Build();
        // The error handling is the outermost middleware, so it answers every failure of the others with an envelope.
        app.UseMiddleware<ErrorHandling>();
        app.UseTrustedProxies(settings.Http);
        app.UseHsts();
        app.UseAllowedHosts();
        app.UseRouting();
        app.UseMiddleware<OneSpelling>();
        app.UseMiddleware<RuleRequired>();
        MapRoutes(app);
        return app;
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapProjects();
        app.MapEnvironments();
        app.MapSecrets();
        app.MapReveals();
        app.MapPointInTime();
        app.MapSearch();
        app.MapAudit();
        app.MapReads();
        app.MapKeys();
        app.MapCredentials();
        app.MapHealth();
        app.MapContract();
    }
}
