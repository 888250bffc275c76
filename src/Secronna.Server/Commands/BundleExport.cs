using Secronna.Crypto.Trail;
using Secronna.Server.Features.LogFolders;
using Secronna.Server.Features.Workspaces;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// Writes logs as folders that verifiers read. One log is the folder that the command line names. All logs are a folder each within
/// it, named as in the logs' origins.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="folder">The folder that the command line names.</param>
/// <param name="cancellation">Stops the export.</param>
internal sealed class BundleExport(Database database, string folder, CancellationToken cancellation)
{
    private const string ServerMakesIt = "a running server makes one within seconds, so start the server and export again";

    private readonly LogExporter exporter = new(database, new ProgressReport(TimeProvider.System).Report);
    private int failures;

    /// <summary>Exports the log of a workspace; <c>null</c> exports all.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string? workspaceId)
    {
        if (workspaceId is not null)
        {
            await RequireExistingAsync(workspaceId);
            await ExportAsync(workspaceId, _ => folder);
            return failures;
        }

        LogFolder.RequireNoLog(folder);
        await ExportAsync(EncodedEntry.Installation, Subfolder);
        await foreach (var workspace in WorkspaceService.ListAsync(database))
        {
            await ExportAsync(workspace.Id, Subfolder);
        }

        return Math.Min(failures, 1);
    }

    private string Subfolder(Origin origin) => Path.Combine(folder, origin.ToString().Split('/')[2]);

    private async Task ExportAsync(string workspaceId, Func<Origin, string> pathOf)
    {
        var name = workspaceId == EncodedEntry.Installation ? "the installation" : $"workspace {workspaceId}";
        var (log, end) = await database.ReadSnapshotAsync(workspaceId, static async (session, id) =>
            (await PublishedLog.FindAsync(session, id), await TrailSegmentTable.FindEndAsync(session, id)), cancellation);
        if (log is not null)
        {
            var path = pathOf(log.Checkpoint.Origin);
            Print(await exporter.ExportAsync(log, path, cancellation), path);
        }
        else if (end.LastSequence == 0)
        {
            Console.WriteLine($"the trail of {name} is empty, so there is nothing to export");
        }
        else
        {
            failures++;
            await Console.Error.WriteLineAsync($"Error: the trail of {name} has {end.LastSequence:N0} entries and no checkpoint yet: {ServerMakesIt}");
        }
    }

    private static void Print(ExportedLog exported, string path)
    {
        Console.WriteLine($"{exported.Size - exported.From:N0} entries were written to {path}, which has {exported.Size:N0} entries of {exported.Origin} now");
        if (exported.NotCovered > 0)
        {
            Console.WriteLine($"{exported.NotCovered:N0} newer entries are not in it, because they have no checkpoint yet: {ServerMakesIt}");
        }
    }

    private async Task RequireExistingAsync(string workspaceId)
    {
        if (workspaceId != EncodedEntry.Installation
            && !await database.ReadAsync(session => WorkspaceTable.ExistsAsync(session, workspaceId), cancellation))
        {
            throw new SettingsException($"there is no workspace {workspaceId}: secronna-server workspace list shows those that exist");
        }
    }
}
