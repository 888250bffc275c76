using System.Diagnostics.Metrics;

namespace Secronna.Server.Access;

/// <summary>Counts what the server does. Metrics hold no contents (S16).</summary>
internal static class ServerMetrics
{
    /// <summary>The name of the meter that the counters belong to.</summary>
    public const string MeterName = "Secronna.Server";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> RevealedValues =
        Meter.CreateCounter<long>("secronna.reveals", "{value}", "Values whose reveal was recorded");

    private static readonly Counter<long> WrittenVersions =
        Meter.CreateCounter<long>("secronna.writes", "{version}", "Versions minted");

    private static readonly Counter<long> Answers =
        Meter.CreateCounter<long>("secronna.errors", "{answer}", "Answers with an error, by code");

    private static readonly Gauge<long> FreeDiskBytes =
        Meter.CreateGauge<long>("secronna.disk.free", "By", "Bytes free on the volume of the database's file");

    /// <summary>Counts values whose reveal was recorded.</summary>
    public static void Revealed(int values) => RevealedValues.Add(values);

    /// <summary>Counts versions that were minted.</summary>
    public static void Written(int versions) => WrittenVersions.Add(versions);

    /// <summary>Notes how many bytes are free on the volume of the database's file.</summary>
    public static void DiskFree(long bytes) => FreeDiskBytes.Record(bytes);

    /// <summary>Counts an answer with an error.</summary>
    public static void Refused(string code) => Answers.Add(1, new KeyValuePair<string, object?>("code", code));
}
