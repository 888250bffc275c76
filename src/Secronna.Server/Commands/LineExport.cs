using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Workspaces;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// Prints the audit trail as JSON lines, oldest first. The installation's own entries come before those of workspaces.
/// </summary>
internal static class LineExport
{
    /// <summary>Prints the trail of a workspace; <c>null</c> prints all.</summary>
    public static async Task<int> RunAsync(Database database, string? workspaceId, Instant? from, Instant? to)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        if (workspaceId is not null)
        {
            await ExportAsync(database, output, workspaceId, from, to);
            return 0;
        }

        await ExportAsync(database, output, EncodedEntry.Installation, from, to);
        await foreach (var workspace in WorkspaceService.ListAsync(database))
        {
            await ExportAsync(database, output, workspace.Id, from, to);
        }

        return 0;
    }

    private static async Task ExportAsync(
        Database database, StreamWriter output, string workspaceId, Instant? from, Instant? to)
    {
        await foreach (var entry in AuditExport.ReadAsync(database, workspaceId, from, to))
        {
            var line = new AuditLine(workspaceId == EncodedEntry.Installation ? null : workspaceId, entry);
            await output.WriteLineAsync(JsonSerializer.Serialize(line, CommandJson.Default.AuditLine));
        }
    }
}
