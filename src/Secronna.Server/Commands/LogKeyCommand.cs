using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Features.Keys;
using Secronna.Server.Installation;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>log-key rotate|list</c>: rotates and lists the keys that sign the checkpoints of trails.</summary>
internal static class LogKeyCommand
{
    public static Command Create() => new("log-key", "Rotate and list the keys that sign the checkpoints of trails") { Rotate(), List() };

    private static Command Rotate()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("rotate", "Let a new key sign the checkpoints; servers may run") { json };
        command.SetAction((parsed, _) => RotateAsync(parsed.GetValue(json)));
        return command;
    }

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line" };
        var command = new Command("list", "List the keys, oldest first") { json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RotateAsync(bool json)
    {
        using var interruption = new Interruption();
        var settings = SettingsSource.Read();
        await using var installation = await SettingsSource.OpenAsync(settings);
        await using var services = SettingsSource.Services(installation, settings);
        var (key, trails) = await services.GetRequiredService<LogKeyRotation>()
            .RunAsync(new ProgressReport(TimeProvider.System).Report, interruption.Token);
        var identity = await installation.Database.ReadAsync(LogIdentity.FindAsync);
        Console.WriteLine(json
            ? JsonSerializer.Serialize(ToLine(identity!.Current), CommandJson.Default.LogKeyLine)
            : $"the log key {Convert.ToHexStringLower(key.PublicKey)} signs checkpoints from now on; {trails} trails name it\n"
                + "verifiers that trust the old key follow by themselves; those who pinned it by hand compare the new key with secronna-server log-key list");
        return 0;
    }

    private static async Task<int> ListAsync(bool json)
    {
        await using var installation = await SettingsSource.OpenAsync();
        var identity = await installation.Database.ReadAsync(LogIdentity.FindAsync);
        foreach (var line in (identity?.Keys ?? []).Select(ToLine))
        {
            Console.WriteLine(json
                ? JsonSerializer.Serialize(line, CommandJson.Default.LogKeyLine)
                : $"{line.PublicKey}  {line.State}");
        }

        return 0;
    }

    private static LogKeyLine ToLine(LogKeyRow key) => new(
        Convert.ToHexStringLower(key.PublicKey), key.IsCurrent ? "active" : key.RetiredAt is null ? "announced" : "retired",
        At(key.ActiveAt), At(key.RetiredAt));

    private static Instant? At(long? microseconds) => microseconds is { } at ? new Instant(at) : null;
}
