using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Configuration;
using Secronna.Server.Features.Audit;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>workspace allow|deny|list</c>: the allowlist (S22).</summary>
internal static class WorkspaceCommand
{
    public static Command Create() => new("workspace", "The workspaces whose credentials work") { Allow(), Deny(), List() };

    private static Command Allow()
    {
        var id = new Argument<string>("ID") { Description = "The workspace's id, as the identity provider gives it (acc_…)" };
        var name = new Option<string?>("--name") { Description = "A name for people" };
        var command = new Command("allow", "Put a workspace on the allowlist") { id, name };
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
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", "List workspaces") { json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> AllowAsync(string id, string? name)
    {
        RequireId(id);
        if (name?.Length > Limits.NameLength)
        {
            throw new SettingsException($"the name is over {Limits.NameLength} characters");
        }

        await using var installation = await SettingsSource.OpenAsync();
        await AllowAsync(installation.Database, installation.Time, id, name);
        Console.WriteLine($"workspace {id} is allowed");
        return 0;
    }

    /// <summary>Allows and records it, in one transaction.</summary>
    public static Task<bool> AllowAsync(Database database, TimeProvider time, string id, string? name) =>
        database.WriteAsync((time, id, name), static async (transaction, it) =>
        {
            await WorkspaceTable.AllowAsync(transaction, it.id, it.name, Instant.From(it.time.GetUtcNow()).Microseconds);
            Append(transaction, it.time, it.id, it.name, AuditActions.WorkspaceAllow);
            return true;
        });

    private static async Task<int> DenyAsync(string id)
    {
        RequireId(id);
        await using var installation = await SettingsSource.OpenAsync();
        var found = await installation.Database.WriteAsync((installation.Time, id), static async (transaction, it) =>
        {
            var found = await WorkspaceTable.DenyAsync(transaction, it.id);
            if (found)
            {
                Append(transaction, it.Time, it.id, null, AuditActions.WorkspaceDeny);
            }

            return found;
        });
        Console.WriteLine(found
            ? $"workspace {id} is denied; within a second no server accepts its credentials"
            : throw new SettingsException($"there is no workspace {id}; see workspace list"));
        return 0;
    }

    private static async Task<int> ListAsync(bool json)
    {
        await using var installation = await SettingsSource.OpenAsync();
        await foreach (var row in AllAsync(installation.Database))
        {
            Console.WriteLine(json
                ? JsonSerializer.Serialize(
                    new WorkspaceLine(row.Id, row.Name, row.Allowed, new Instant(row.CreatedAt)), CommandJson.Default.WorkspaceLine)
                : $"{row.Id,-32} {(row.Allowed ? "allowed" : "denied"),-8} {row.Name}");
        }

        return 0;
    }

    /// <summary>Every workspace, by id.</summary>
    public static async IAsyncEnumerable<WorkspaceRow> AllAsync(Database database)
    {
        const int PageSize = 200;
        var after = "";
        while (true)
        {
            var rows = await database.ReadAsync(after, static (session, after) => WorkspaceTable.ListAsync(session, after, PageSize));
            foreach (var row in rows)
            {
                yield return row;
            }

            if (rows.Count < PageSize)
            {
                yield break;
            }

            after = rows[^1].Id;
        }
    }

    private static void Append(Transaction transaction, TimeProvider time, string id, string? name, string action) =>
        transaction.Audit.Append(AuditRecord.Of(Caller.Operator(id), time, action) with { TargetId = id, Name = name });

    private static void RequireId(string id)
    {
        if (!Names.IsWorkspaceId(id))
        {
            throw new SettingsException($"a workspace's id has 1 to {Limits.WorkspaceIdLength} letters, digits, underscores and hyphens");
        }
    }
}
