using System.Diagnostics.Metrics;

namespace Secronna.Server.Access;

/// <summary>Counts of what the server does; they hold no contents (S16).</summary>
internal static class ServerMetrics
{
    public const string MeterName = "Secronna.Server";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> RevealedValues =
        Meter.CreateCounter<long>("secronna.reveals", "{value}", "Values whose reveal was recorded");

    private static readonly Counter<long> WrittenVersions =
        Meter.CreateCounter<long>("secronna.writes", "{version}", "Versions minted");

    private static readonly Counter<long> Answers =
        Meter.CreateCounter<long>("secronna.errors", "{answer}", "Answers with an error, by code");

    public static void Revealed(int values) => RevealedValues.Add(values);

    public static void Written(int versions) => WrittenVersions.Add(versions);

    public static void Refused(string code) => Answers.Add(1, new KeyValuePair<string, object?>("code", code));
}
