using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>kek rotate|list</c>: rotates and lists the KEKs of a project.</summary>
internal static class KekCommand
{
    private const int PageSize = 500;

    public static Command Create() => new("kek", "Rotate and list the KEKs of projects, which wrap the data keys of versions")
    {
        Rotate(), List(),
    };

    private static Command Rotate()
    {
        var project = ProjectArgument();
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("rotate", "Create a new KEK for a project; servers re-wrap its data keys in the background") { project, json };
        command.SetAction((parsed, _) => RotateAsync(parsed.GetRequiredValue(project), parsed.GetValue(json)));
        return command;
    }

    private static Command List()
    {
        var project = ProjectArgument();
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line" };
        var command = new Command("list", "List a project's KEKs, with the number of data keys that are still to be re-wrapped") { project, json };
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
        var runsAny = (await installation.Database.ReadAsync(NodeTable.ListLiveAsync)).Count > 0;
        Console.WriteLine(json
            ? JsonSerializer.Serialize(kek, CommandJson.Default.KekResponse)
            : $"project {project.Id} now writes with KEK {kek.Id}\n"
                + (runsAny ? "the running servers" : "no server runs now: the next one to start")
                + $" will re-wrap its data keys and then destroy the old KEK; secronna-server kek list {name} shows how far that is");
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
                    : $"{kek.Id}  {kek.State,-9}  {kek.CreatedAt}  {kek.Remaining:N0} data keys to re-wrap  "
                        + (kek.State == KekStates.Destroyed ? "" : "wrapped with " + kek.MasterKeyId));
            }

            after = page.Next;
        }
        while (after is not null);
        return 0;
    }

    private static async Task<ProjectRow> FindAsync(Database database, string name) =>
        await database.ReadAsync(session => name.Split('/') switch
        {
            [var workspaceId, var slug] => ProjectTable.FindBySlugAsync(session, workspaceId, slug),
            _ => ProjectTable.FindAnywhereAsync(session, name),
        }) ?? throw new SettingsException($"there is no project {name}: name it by its id, or as WORKSPACE/SLUG");
}
