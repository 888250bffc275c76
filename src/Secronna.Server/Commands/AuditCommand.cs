using System.CommandLine;
using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary><c>audit export</c>, and <c>audit</c> alone, which is the same: exports the audit trail.</summary>
internal static class AuditCommand
{
    /// <summary>What stands for the installation's own log in place of a workspace's id.</summary>
    private const string InstallationName = "-";

    private static readonly Option<string?> Workspace = new("--workspace")
    {
        Description = "Only the entries of this workspace; - for the installation's own",
    };

    private static readonly Option<string?> From = new("--from") { Description = "Only entries of this time or later (RFC 3339, with its zone)" };

    private static readonly Option<string?> To = new("--to") { Description = "Only entries of this time or earlier" };

    private static readonly Option<string?> Bundle = new("--bundle")
    {
        Description = "Write the log to this folder instead, with what proves it; a folder that has it already is extended",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        var command = Export("audit", "Export the audit trail as JSON lines");
        command.Subcommands.Add(Export("export", "Export the audit trail as JSON lines, or as a folder that can be verified"));
        return command;
    }

    private static Command Export(string name, string description)
    {
        var command = new Command(name, description) { Workspace, From, To, Bundle };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (from, to) = (Time(parsed.GetValue(From), "--from"), Time(parsed.GetValue(To), "--to"));
        var workspaceId = parsed.GetValue(Workspace) is InstallationName ? EncodedEntry.Installation : parsed.GetValue(Workspace);
        if (parsed.GetValue(Bundle) is { } folder && (from ?? to) is not null)
        {
            throw new UsageException("--bundle writes the whole log, because a part of it can't be verified: leave out --from and --to");
        }

        var engine = OpenInstallation.RequireEngine(SettingsSource.Read(), TimeProvider.System);
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        return parsed.GetValue(Bundle) is { } path
            ? await new BundleExport(database, Path.GetFullPath(path), cancellation).RunAsync(workspaceId)
            : await LineExport.RunAsync(database, workspaceId, from, to);
    }

    private static Instant? Time(string? text, string option) => text is null
        ? null
        : Instant.TryParse(text, out var instant)
            ? instant
            : throw new SettingsException($"{option} must be a time in RFC 3339 with its zone, such as 2026-01-31T09:00:00Z");
}
