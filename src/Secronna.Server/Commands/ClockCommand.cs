using System.CommandLine;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Clock;

namespace Secronna.Server.Commands;

/// <summary><c>clock accept</c>: confirms the clock that gives instants.</summary>
internal static class ClockCommand
{
    public static Command Create() => new("clock", "Confirm the clock that gives instants") { Accept() };

    private static Command Accept()
    {
        var command = new Command(
            "accept", "Confirm that the clock is right, so that servers that stopped because of it go on; it is recorded");
        command.SetAction((_, _) => AcceptAsync());
        return command;
    }

    private static async Task<int> AcceptAsync()
    {
        await using var installation = await SettingsSource.OpenAsync();
        var accepted = await ClockService.AcceptAsync(
            Caller.Operator(TrailEntry.Installation), installation.Database, installation.Time);
        var before = accepted.Newest == 0 ? "there was no audit entry before" : $"the newest audit entry was of {new Instant(accepted.Newest)}";
        Console.WriteLine($"the clock is confirmed: it shows {new Instant(accepted.At)}; {before}");
        Console.WriteLine("within a second, servers that see the same time (5 minutes more or less) go on");
        return 0;
    }
}
