using System.CommandLine;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>master-key rotate</c>: another master key becomes active, and everything is brought under it (S8).</summary>
internal static class MasterKeyRotateCommand
{
    // Nodes look for keys that they are told of every few seconds; over a network, less often.
    private static readonly TimeSpan NodesPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "The key that becomes active; the newest of the main provider if not given" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and which servers could not follow" };
        var force = new Option<bool>("--force") { Description = "Also when servers that run can't use the key: they stop being ready" };
        var command = new Command("rotate", "Make another master key active and wrap all projects' keys by it, while servers run") { to, dryRun, force };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(to), parsed.GetValue(dryRun), parsed.GetValue(force)));
        return command;
    }

    private static async Task<int> RunAsync(string? to, bool isDryRun, bool force)
    {
        using var interruption = new Interruption();
        var settings = SettingsSource.Read();
        await using var installation = await SettingsSource.OpenAsync(settings);
        await using var services = SettingsSource.Services(installation, settings);
        var rotation = services.GetRequiredService<MasterKeyService>();
        var plan = await rotation.PlanAsync(to);
        if (isDryRun)
        {
            await ForeseeAsync(rotation, plan);
            return 0;
        }

        if (plan.From != plan.To)
        {
            await rotation.AnnounceAsync(plan.To);
            await WaitForNodesAsync(rotation, plan, force, interruption.Token);
            await rotation.StartAsync(plan);
        }

        return await RewrapAsync(rotation, plan, interruption.Token);
    }

    private static async Task ForeseeAsync(MasterKeyService rotation, MasterKeyPlan plan)
    {
        Console.WriteLine(plan.From == plan.To
            ? $"would go on with the rotation to master key {plan.To}: {plan.Keks:N0} KEK(s) are left"
            : $"would rotate from master key {plan.From} to {plan.To}: the installation key and {plan.Keks:N0} KEK(s); no version is touched");
        if (await rotation.ListNodesWithoutAsync(plan.To) is { Count: > 0 } lacking)
        {
            Console.WriteLine($"has not been said to be usable yet by: {Names(lacking)}");
        }
    }

    private static async Task WaitForNodesAsync(
        MasterKeyService rotation, MasterKeyPlan plan, bool force, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await rotation.ListNodesWithoutAsync(plan.To) is { Count: > 0 } lacking)
        {
            if (force)
            {
                await Console.Error.WriteLineAsync($"Warning: can't use master key {plan.To} yet: {Names(lacking)}");
                return;
            }

            if (TimeProvider.System.GetElapsedTime(began) > NodesPatience)
            {
                throw new SettingsException(
                    $"master key: nothing was rotated: these servers can't use {plan.To}: {Names(lacking)}. "
                    + "Give it to them, or stop them; --force rotates all the same, and they stop being ready");
            }

            await Task.Delay(BetweenLooks, TimeProvider.System, cancellation);
        }
    }

    private static async Task<int> RewrapAsync(MasterKeyService masterKeys, MasterKeyPlan plan, CancellationToken cancellation)
    {
        var report = new ProgressReport(TimeProvider.System);
        var broken = await masterKeys.RewrapAsync(
            count => report.Say($"{count:N0} of {plan.Keks:N0} KEKs re-wrapped"),
            reason => Console.Error.WriteLineAsync($"… {reason}: trying again"),
            cancellation);
        if (broken.Count > 0)
        {
            throw new SettingsException(
                $"master key: {plan.To} is active; {broken.Count:N0} KEK(s) do not unwrap and stay where they are: "
                + $"{string.Join(", ", broken.Take(20))}. Restore their rows from a backup, and run this again");
        }

        Console.WriteLine(
            $"master key {plan.To} is active, and everything is under it: {plan.Keks:N0} KEK(s) re-wrapped, no version touched\n"
            + (plan.From == plan.To ? "see master-key list for keys to retire" : $"master key {plan.From} may be retired: secronna-server master-key retire {plan.From}"));
        return 0;
    }

    private static string Names(IEnumerable<NodeRow> nodes) => string.Join(", ", nodes.Select(node => node.Name));
}
