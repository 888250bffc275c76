using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>kek rotate|list</c>: a project's keys.</summary>
internal static class KekCommand
{
    private const int PageSize = 500;

    public static Command Create() => new("kek", "Projects' keys, which wrap the data keys of versions") { Rotate(), List() };

    private static Command Rotate()
    {
        var project = ProjectArgument();
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Command("rotate", "Make a project a new key; servers re-wrap its data keys in the background") { project, json };
        command.SetAction((parsed, _) => RotateAsync(parsed.GetRequiredValue(project), parsed.GetValue(json)));
        return command;
    }

    private static Command List()
    {
        var project = ProjectArgument();
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", "List a project's keys, and the data keys that are still to be re-wrapped") { project, json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetRequiredValue(project), parsed.GetValue(json)));
        return command;
    }

    private static Argument<string> ProjectArgument() =>
        new("PROJECT") { Description = "The project's id, or WORKSPACE/SLUG" };

    private static async Task<int> RotateAsync(string name, bool json)
    {
        var settings = SettingsSource.Read();
        await using var installation = await SettingsSource.OpenAsync(settings);
        await using var services = SettingsSource.Services(installation, settings);
        var project = await FindAsync(installation.Database, name);
        var caller = Caller.Operator(project.WorkspaceId) with { Role = Role.Admin };
        var kek = await services.GetRequiredService<KekService>().RotateAsync(caller, project.Id);
        var areAny = (await installation.Database.ReadAsync(0, static (session, _) => NodeTable.ListLiveAsync(session))).Count > 0;
        Console.WriteLine(json
            ? JsonSerializer.Serialize(kek, CommandJson.Default.KekResponse)
            : $"project {project.Id} writes under KEK {kek.Id} from now on\n"
                + (areAny ? "the servers that run" : "no server runs: the next one that starts")
                + $" will re-wrap its data keys, and destroy the old KEK then: see secronna-server kek list {name}");
        return 0;
    }

    private static async Task<int> ListAsync(string name, bool json)
    {
        var settings = SettingsSource.Read();
        await using var installation = await SettingsSource.OpenAsync(settings);
        await using var services = SettingsSource.Services(installation, settings);
        var project = await FindAsync(installation.Database, name);
        var caller = Caller.Operator(project.WorkspaceId) with { Role = Role.Admin };
        var keks = services.GetRequiredService<KekService>();
        string? after = null;
        do
        {
            var page = await keks.ListAsync(caller, project.Id, new PageRequest(after, PageSize));
            foreach (var kek in page.Items)
            {
                Console.WriteLine(json
                    ? JsonSerializer.Serialize(kek, CommandJson.Default.KekResponse)
                    : $"{kek.Id}  {kek.State,-9}  {kek.CreatedAt}  {kek.Remaining:N0} data keys to re-wrap  {(kek.State == KekStates.Destroyed ? "" : "under " + kek.MasterKeyId)}");
            }

            after = page.Next;
        }
        while (after is not null);
        return 0;
    }

    private static async Task<ProjectRow> FindAsync(Database database, string name) =>
        await database.ReadAsync(name, static (session, name) => name.Split('/') switch
        {
            [var workspaceId, var slug] => ProjectTable.FindBySlugAsync(session, workspaceId, slug),
            _ => ProjectTable.FindInAnyWorkspaceAsync(session, name),
        }) ?? throw new SettingsException($"there is no project {name}: name it by its id, or as WORKSPACE/SLUG");
}
