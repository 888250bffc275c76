using System.Text.Json.Serialization;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
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
using Secronna.Server.Features.Search;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Http;
using Secronna.Server.Installation;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;

namespace Secronna.Server.Hosting;

/// <summary>Puts the parts together: for the web server, and for commands that need the services alone.</summary>
internal static class Composition
{
    private const int KeksAtHand = 1_000;
    private const long PlaintextBytes = 256 * 1024 * 1024;
    private static readonly TimeSpan KekLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Adds the services of an open installation. The caller closes the installation.</summary>
    public static IServiceCollection AddSecronna(
        this IServiceCollection services, OpenInstallation installation, Settings settings) => services
        .AddSingleton(installation.Time)
        .AddSingleton(settings)
        .AddSingleton(settings.Limits)
        .AddSingleton(settings.Huudis)
        .AddSingleton(settings.Keys)
        .AddSingleton(NodeIdentity.New(installation.Time))
        .AddSingleton(installation.MasterKeys)
        .AddSingleton(installation.Setup)
        .AddSingleton(installation.Database)
        .AddSingleton(installation.Keys)
        .AddSingleton(new KeyRing(KeksAtHand, KekLifetime))
        .AddSingleton(new PlaintextBudget(PlaintextBytes))
        .AddSingleton<AccessCache>()
        .AddSingleton<Authentication>()
        .AddSingleton<KeyAuthentication>()
        .AddSingleton<TokenAuthentication>()
        .AddSingleton(services => new ProviderKeys(
            settings.Huudis, ProviderHttp.NewClient(), installation.Time,
            services.GetRequiredService<ILogger<ProviderKeys>>()))
        .AddSingleton<Authorization>()
        .AddSingleton<RateLimits>()
        .AddSingleton<Refusals>()
        .AddSingleton<AuditService>()
        .AddSingleton<KekLeases>()
        .AddSingleton<KekRotation>()
        .AddSingleton<KekRewrapper>()
        .AddSingleton<MasterKeyRewrapper>()
        .AddSingleton<MasterKeyService>()
        .AddSingleton<KeyWorker>()
        .AddSingleton<KekService>()
        .AddSingleton<ProjectService>()
        .AddSingleton<EnvironmentService>()
        .AddSingleton<SecretService>()
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
        .AddSingleton<Cursors>()
        .AddSingleton<RefusalPace>()
        .AddSingleton<Purger>()
        .AddSingleton<MasterKeyWatch>()
        .AddSingleton<HealthProbe>();

    /// <summary>Builds the web server over an open installation, and does not start it.</summary>
    public static WebApplication BuildServer(OpenInstallation installation, Settings settings, params string[] urls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(urls);
        builder.Services.AddSecronna(installation, settings);
        WebServer.Configure(builder, settings.Http, installation.Time);
        builder.Services.AddHostedService(services => services.GetRequiredService<Purger>());
        builder.Services.AddHostedService(services => services.GetRequiredService<HealthProbe>());
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyWorker>());
        builder.Services.AddHostedService<Housekeeping>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ProtocolJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer<OpenApi>().AddSchemaTransformer<OpenApiSchemas>());
        AddLogging(builder);
        AddTelemetry(builder);

        var app = builder.Build();
        app.UseMiddleware<ErrorHandling>();
        app.UseTrustedProxies(settings.Http);
        app.UseHsts();
        app.UseAllowedHosts();
        app.UseRouting();
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
        app.MapKeys();
        app.MapCredentials();
        app.MapHealth();
        app.MapContract();
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        // One line for each connection that is refused would let whoever causes them fill the disk: there is a metric.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.Error);
        // A start that fails is told in one line by the command, a service that fails later by ServerLifetime.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    }

    // Paths and user agents may name secrets' keys: a trace has the route's pattern instead.
    private static void AddTelemetry(WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(ServerMetrics.MeterName, Database.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddOtlpExporter())
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(options => options.EnrichWithHttpResponse = TraceContents.Remove)
                .AddOtlpExporter());
    }
}
