using Microsoft.Extensions.Configuration;
using Secronna.Server.Hosting;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

/// <summary>Variables of OpenTelemetry that its library would ignore without a word are refused by name.</summary>
public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "hunter2")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "https://o:hunter2@collector")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317\r")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://hunter2")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "Bearer hunter2")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=b,hunter2")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Bearer=hunter2")]
    public void A_value_that_cannot_work_is_refused_by_name_and_not_repeated(string name, string value)
    {
        var refusal = Assert.Throws<SettingsException>(() => TelemetrySettings.Require(Of(name, value)));
        Assert.StartsWith(name + " must be ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://collector.example/v1/traces", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://collector.example/v1/metrics", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "api-key=abc%20def,x=y=", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", " ", false, false)]
    public void A_value_that_can_work_is_accepted(string name, string value, bool exportsMetrics, bool exportsTraces)
    {
        TelemetrySettings.Require(Of(name, value));
        Assert.Equal((exportsMetrics, exportsTraces), (TelemetrySettings.ExportsMetrics(Of(name, value)), TelemetrySettings.ExportsTraces(Of(name, value))));
    }

    private static IConfiguration Of(string name, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();
}
