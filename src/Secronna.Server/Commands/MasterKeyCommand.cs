using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Configuration;
using Secronna.Server.Features.Audit;
using Secronna.Server.Hardening;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage;

namespace Secronna.Server.Commands;

/// <summary><c>master-key generate|list</c>.</summary>
internal static class MasterKeyCommand
{
    public static Command Create() => new("master-key", "Master keys, which wrap the projects' keys") { Generate(), List() };

    private static Command Generate()
    {
        var id = new Option<string?>("--id") { Description = "The key's id; a new one if not given" };
        var command = new Command("generate", "Add a new random master key to the master-key file or the token") { id };
        command.SetAction((parsed, _) => GenerateAsync(parsed.GetValue(id)));
        return command;
    }

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", "List master keys: which are found, which the database needs") { json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetValue(json)));
        return command;
    }

    /// <summary>A new key's id.</summary>
    public static string NewId(TimeProvider time) => Ids.New("mk_", time.GetUtcNow());

    private static async Task<int> GenerateAsync(string? wantedId)
    {
        var settings = SettingsSource.Read();
        var id = wantedId ?? NewId(TimeProvider.System);
        if (!LocalMasterKeys.IsId(id))
        {
            throw new SettingsException("a master key's id has 1 to 64 letters, digits, dots, underscores and hyphens");
        }

        await RequireNewAsync(settings, id);
        var place = MasterKeyProviders.Generate(settings.MasterKey, id);
        await RecordAsync(settings, id);
        Console.WriteLine($"master key {id} was added to {place}\nkeep a copy of it apart from the data: without it nothing can be read");
        return 0;
    }

    private static async Task RequireNewAsync(Settings settings, string id)
    {
        if (settings.MasterKey is { Provider: "File", File: var file } && !File.Exists(file))
        {
            return;
        }

        using var keys = await MasterKeyRing.OpenAsync(settings.MasterKey, TimeProvider.System);
        if (keys.Holds(id))
        {
            throw new SettingsException($"there is a master key with the id {id}");
        }
    }

    // Before there is a database there is no trail to record it in.
    private static async Task RecordAsync(Settings settings, string id)
    {
        if (OpenInstallation.FindEngine(settings, TimeProvider.System) is not { } engine
            || !await Installations.ExistsAsync(engine))
        {
            return;
        }

        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        await database.AppendAsync(
            AuditRecord.Of(Caller.Operator(AuditEntry.Installation), TimeProvider.System, AuditActions.MasterKeyGenerate)
                with { TargetId = id });
    }

    private static async Task<int> ListAsync(bool json)
    {
        var settings = SettingsSource.Read();
        using var keys = await MasterKeyRing.OpenAsync(settings.MasterKey, TimeProvider.System);
        var (active, used) = await ReadUseAsync(settings);
        foreach (var id in keys.KeyIds.Union(used).Union(active is null ? [] : [active]))
        {
            var line = new MasterKeyLine(id, keys.Holds(id), id == active, id == active || used.Contains(id));
            Console.WriteLine(json
                ? JsonSerializer.Serialize(line, CommandJson.Default.MasterKeyLine)
                : $"{id,-40} {(line.Found ? "found" : "MISSING"),-8} {(line.Active ? "active" : line.InUse ? "in use" : "not in use")}");
        }

        return 0;
    }

    private static async Task<(string? Active, IReadOnlyList<string> Used)> ReadUseAsync(Settings settings)
    {
        if (OpenInstallation.FindEngine(settings, TimeProvider.System) is not { } engine)
        {
            return (null, []);
        }

        var found = await Installations.PeekAsync(engine, async (session, row) => Tuple.Create(
            row.ActiveMasterKeyId,
            (await Keks.OneOfEachMasterKeyAsync(session)).ConvertAll(kek => kek.MasterKeyId)));
        return found is null ? (null, []) : (found.Item1, found.Item2);
    }
}
