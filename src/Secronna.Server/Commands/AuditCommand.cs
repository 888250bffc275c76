using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Workspaces;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// <c>audit</c>: exports the audit trail as JSON lines, oldest first. The installation's own entries come before those of
/// workspaces.
/// </summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var workspace = new Option<string?>("--workspace") { Description = "Only the entries of this workspace" };
        var from = new Option<string?>("--from") { Description = "Only entries of this time or later (RFC 3339, with its zone)" };
        var to = new Option<string?>("--to") { Description = "Only entries of this time or earlier" };
        var command = new Command("audit", "Export the audit trail as JSON lines") { workspace, from, to };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(workspace), Time(parsed.GetValue(from), "--from"), Time(parsed.GetValue(to), "--to")));
        return command;
    }

    private static async Task<int> RunAsync(string? workspaceId, Instant? from, Instant? to)
    {
        var engine = OpenInstallation.RequireEngine(SettingsSource.Read(), TimeProvider.System);
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
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

    private static Instant? Time(string? text, string option) => text is null
        ? null
        : Instant.TryParse(text, out var instant)
            ? instant
            : throw new SettingsException($"{option} must be a time in RFC 3339 with its zone, such as 2026-01-31T09:00:00Z");
}
