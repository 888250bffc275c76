using Secronna.Server.Features.Migrations;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// Reports the progress of long work on standard error, at most once every few seconds. Shorter work reports nothing.
/// </summary>
internal sealed class ProgressReport(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long reportedAt = time.GetTimestamp();

    /// <summary>The step of the migrations that is code. It reports its progress.</summary>
    public static MigrationStep MigrationStep() => MigrationService.Step(new ProgressReport(TimeProvider.System).Report);

    /// <summary>Reports, if the last report was long enough ago.</summary>
    public void Report(string progress)
    {
        if (time.GetElapsedTime(reportedAt) >= Interval)
        {
            reportedAt = time.GetTimestamp();
            Console.Error.WriteLine($"… {progress}");
        }
    }
}
