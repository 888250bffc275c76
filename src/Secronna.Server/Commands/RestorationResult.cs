using System.Text.Json;
using Secronna.Server.Features.Epochs;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>Prints what <c>restore</c> and <c>restored</c> did.</summary>
internal static class RestorationResult
{
    /// <summary>Prints one JSON object, or lines of text.</summary>
    public static void Print(string restored, string? aside, (IReadOnlyList<EpochStart> Starts, ChangesAgain Again) result, bool asJson)
    {
        var line = new RestoredLine(restored, aside, [.. result.Starts.Select(ToTrail)], result.Again.Done, result.Again.Left);
        Console.WriteLine(asJson ? JsonSerializer.Serialize(line, CommandJson.Default.RestoredLine) : Describe(line));
    }

    private static RestoredTrail ToTrail(EpochStart start) => new(
        start.WorkspaceId == EncodedEntry.Installation ? null : start.WorkspaceId, start.Epoch, start.Size, start.Lost, start.IsUnknown);

    private static string Describe(RestoredLine line)
    {
        List<string> text = [$"{line.Trails.Count} trail(s) of {line.Restored} begin a new epoch"];
        text.AddRange(line.Trails.Where(trail => trail.LostEntries > 0).Select(trail =>
            $"{trail.WorkspaceId ?? "the installation's trail"}: {trail.LostEntries} entries are lost, "
            + $"{trail.Size + 1} to {trail.Size + trail.LostEntries}"));
        text.AddRange(line.Trails.Where(trail => trail.IsNewer).Select(trail =>
            $"{trail.WorkspaceId} is newer than the backup: it is empty, and denied until secronna-server workspace allow"));
        if (line.DoneAgain > 0)
        {
            text.Add($"{line.DoneAgain} later revocation(s), deletion(s) and narrowed grant(s) were done again");
        }

        text.AddRange(line.Left.Select(left => $"left to you: {left}"));
        if (line.MovedAside is { } aside)
        {
            text.Add($"the database that was there before lies in {aside}");
        }

        return string.Join('\n', text);
    }
}
