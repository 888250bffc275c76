using System.Globalization;

namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about the runtime, the disk and what the process shows of itself.</summary>
internal static class MachineRules
{
    private const long Mebibyte = 1024 * 1024;
    // The server's own reserve by default: below it, writes are refused.
    private const long AlmostFull = 256 * Mebibyte;
    private const long Low = 1024 * Mebibyte;

    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts)
    {
        if (KnownRuntimeFaults.Of(facts.Runtime) is { } faults)
        {
            var isAccepted = facts.Settings.AcceptRuntime == facts.Runtime;
            yield return new(
                isAccepted ? Severity.Warning : Severity.Danger, faults,
                isAccepted ? $"{KnownRuntimeFaults.Setting} accepts it, and callers can use the faults" : "serve does not start on it, because callers can use the faults",
                "install a newer ASP.NET Core runtime, or publish the program for one system, so that it carries its own runtime");
        }

        if (facts.Settings.Diagnostics)
        {
            yield return new(
                Severity.Danger, "Secronna__Diagnostics is true",
                "whoever reads a core dump, or connects to the diagnostics port, may read values and keys",
                "unset it when you are done");
        }

        if (facts.FreeBytes is < Low and { } free)
        {
            yield return new(
                free < AlmostFull ? Severity.Danger : Severity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"the disk with the data has {free / Mebibyte} MiB left"),
                "on a full disk nothing is written, and nothing is revealed, because each reveal is recorded first",
                "make room, or move the data folder to a larger disk");
        }
    }
}
