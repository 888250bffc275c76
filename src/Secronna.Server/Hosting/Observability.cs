using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Secronna.Server.Access;
using Secronna.Storage.Engine;

namespace Secronna.Server.Hosting;

/// <summary>Sets up the server's log, metrics and traces.</summary>
internal static class Observability
{
    /// <summary>Logs to the console. Each event is one line, with its time in UTC.</summary>
    public static void AddLogging(WebApplicationBuilder builder)
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
        // A line for each refused connection would let an attacker fill the disk; a metric counts them instead.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.Error);
        // With this log the host makes an activity and a log scope for every request, which all its steps then carry. Nobody reads
        // them: ErrorHandling logs what breaks. Traces come from the host's ActivitySource, which does not depend on the log.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // The command itself reports a failed start, and ServerLifetime reports a background service that fails later. Each
        // report is one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    }

    /// <summary>
    /// Exports metrics and traces, if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or the variable for one of the two alone, is set. Paths and user agents may contain the keys of
    /// secrets. So a trace has no path and no user agent, only the pattern of its route.
    /// </summary>
    public static void AddTelemetry(WebApplicationBuilder builder)
    {
        if (TelemetrySettings.ExportsMetrics(builder.Configuration))
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
                .AddMeter(ServerMetrics.MeterName, Database.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddOtlpExporter());
        }

        if (TelemetrySettings.ExportsTraces(builder.Configuration))
        {
            builder.Services.AddOpenTelemetry().WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(options => options.EnrichWithHttpResponse = (activity, _) => TraceContents.Remove(activity))
                .AddOtlpExporter());
        }
    }
}
