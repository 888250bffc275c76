using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Workspaces;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary><c>workspace allow|deny|list</c>: manages the allowlist of workspaces (S22).</summary>
internal static class WorkspaceCommand
{
    public static Command Create() => new("workspace", "Manage the allowlist of workspaces") { Allow(), Deny(), List() };

    private static Command Allow()
    {
        var id = new Argument<string>("ID") { Description = "The workspace's id, as in the identity provider's tokens (acc_…)" };
        var name = new Option<string?>("--name") { Description = "A name to recognise it by" };
        var command = new Command("allow", "Put a workspace on the allowlist, so that its credentials are accepted") { id, name };
        command.SetAction((parsed, _) => AllowAsync(parsed.GetRequiredValue(id), parsed.GetValue(name)));
        return command;
    }

    private static Command Deny()
    {
        var id = new Argument<string>("ID") { Description = "The workspace's id" };
        var command = new Command("deny", "Take a workspace off the allowlist; its data stays") { id };
        command.SetAction((parsed, _) => DenyAsync(parsed.GetRequiredValue(id)));
        return command;
    }

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line" };
        var command = new Command("list", "List the workspaces, allowed and denied") { json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> AllowAsync(string id, string? name)
    {
        RequireId(id);
        if (name?.Length > Limits.NameLength)
        {
            throw new SettingsException($"--name must have at most {Limits.NameLength} characters");
        }

        await using var installation = await SettingsSource.OpenAsync();
        await WorkspaceService.AllowAsync(Caller.Operator(id), installation.Database, installation.Time, name);
        Console.WriteLine($"workspace {id} is allowed");
        return 0;
    }

    private static async Task<int> DenyAsync(string id)
    {
        RequireId(id);
        await using var installation = await SettingsSource.OpenAsync();
        var isKnown = await WorkspaceService.DenyAsync(Caller.Operator(id), installation.Database, installation.Time);
        Console.WriteLine(isKnown
            ? $"workspace {id} is denied; within a second no server accepts its credentials"
            : throw new SettingsException($"there is no workspace {id}: secronna-server workspace list shows those that exist"));
        return 0;
    }

    private static async Task<int> ListAsync(bool json)
    {
        await using var installation = await SettingsSource.OpenAsync();
        await foreach (var row in WorkspaceService.ListAsync(installation.Database))
        {
            Console.WriteLine(json
                ? JsonSerializer.Serialize(
                    new WorkspaceLine(row.Id, row.Name, row.Allowed, new Instant(row.CreatedAt)), CommandJson.Default.WorkspaceLine)
                : $"{row.Id,-32} {(row.Allowed ? "allowed" : "denied"),-8} {row.Name}");
        }

        return 0;
    }

    private static void RequireId(string id)
    {
        if (!Names.IsWorkspaceId(id))
        {
            throw new SettingsException($"a workspace's id has 1 to {Limits.WorkspaceIdLength} letters, digits, underscores and hyphens");
        }
    }
}
