using System.Diagnostics.Metrics;

namespace Secronna.Storage.Engine;

/// <summary>Metrics of commits. They hold no content.</summary>
internal static class StorageMetrics
{
    private static readonly Meter Meter = new(Database.MeterName);

    private static readonly Histogram<double> CommitSeconds =
        Meter.CreateHistogram<double>("secronna.storage.commit.duration", "s", "Time of one group commit");

    private static readonly Histogram<int> CommitUnits =
        Meter.CreateHistogram<int>("secronna.storage.commit.units", "{unit}", "Units of work that shared a commit");

    private static readonly Counter<long> FailedBatches =
        Meter.CreateCounter<long>("secronna.storage.commit.failures", "{commit}", "Group commits that failed");

    public static void BatchCommitted(int units, TimeSpan elapsed)
    {
        CommitSeconds.Record(elapsed.TotalSeconds);
        CommitUnits.Record(units);
    }

    public static void BatchFailed() => FailedBatches.Add(1);
}
