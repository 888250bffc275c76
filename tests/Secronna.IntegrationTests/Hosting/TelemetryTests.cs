using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Secronna.Server.Hosting;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>Metrics and traces hold counts and durations, and no contents (S16).</summary>
public sealed class TelemetryTests(SharedServer shared)
{
    [Fact]
    public async Task Reveals_writes_errors_and_commits_are_counted_with_codes_as_the_only_tags()
    {
        var totals = new ConcurrentDictionary<string, double>();
        var tags = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Meter.Name.StartsWith("Secronna", StringComparison.Ordinal))
            {
                meters.EnableMeasurementEvents(instrument);
            }
        };
        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> given)
        {
            totals.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            foreach (var tag in given)
            {
                tags[$"{tag.Key}={tag.Value}"] = true;
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, given, _) => Record(instrument, value, given));
        listener.SetMeasurementEventCallback<int>((instrument, value, given, _) => Record(instrument, value, given));
        listener.SetMeasurementEventCallback<double>((instrument, value, given, _) => Record(instrument, value, given));
        listener.Start();

        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "canary"), ("B", "canary")]);
        (await environment.RevealAllAsync()).Is(200);
        (await environment.RevealAsync("sec_x")).Is(404);

        Assert.True(totals["secronna.writes"] >= 2);
        Assert.True(totals["secronna.reveals"] >= 2);
        Assert.True(totals["secronna.errors"] >= 1);
        Assert.True(totals["secronna.storage.commit.units"] >= 3);
        Assert.True(totals.ContainsKey("secronna.storage.commit.duration"));
        Assert.Contains("code=NOT_FOUND", tags.Keys);
        Assert.All(tags.Keys, tag => Assert.Matches("^code=[A-Z_]+$", tag));
    }

    [Fact]
    public void A_trace_holds_the_route_pattern_and_nothing_that_the_caller_sent()
    {
        using var activity = new Activity("request");
        activity.SetTag("http.route", "/api/v1/secrets/{secretId}");
        foreach (var tag in new[] { "url.path", "url.query", "url.full", "user_agent.original", "client.address" })
        {
            activity.SetTag(tag, "canary");
        }

        TraceContents.Remove(activity);

        Assert.Equal("http.route", Assert.Single(activity.TagObjects).Key);
    }
}
