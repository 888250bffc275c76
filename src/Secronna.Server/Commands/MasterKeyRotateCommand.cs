using System.CommandLine;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>master-key rotate</c>: makes another master key active, and wraps every KEK with it (S8).</summary>
internal static class MasterKeyRotateCommand
{
    // Nodes check announced keys every few seconds, and less often if the key is behind a network.
    private static readonly TimeSpan NodesTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "The key that becomes active; the newest of the main provider if not given" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and which servers can't use the key" };
        var force = new Option<bool>("--force") { Description = "Rotate even if running servers can't use the key; they stop being ready" };
        var command = new Command("rotate", "Make another master key active and wrap all KEKs with it, while servers run")
        {
            to, dryRun, force,
        };
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
            await PrintPlanAsync(rotation, plan);
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

    private static async Task PrintPlanAsync(MasterKeyService rotation, MasterKeyPlan plan)
    {
        Console.WriteLine(plan.From == plan.To
            ? $"would continue the rotation to master key {plan.To}: {plan.Keks:N0} KEK(s) are left"
            : $"would rotate from master key {plan.From} to {plan.To}: the installation key and {plan.Keks:N0} KEK(s); no version is touched");
        if (await rotation.ListNodesWithoutAsync(plan.To) is { Count: > 0 } lacking)
        {
            Console.WriteLine($"these servers have not yet reported that they can use the key: {Names(lacking)}");
        }
    }

    private static async Task WaitForNodesAsync(
        MasterKeyService rotation, MasterKeyPlan plan, bool force, CancellationToken cancellation)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (await rotation.ListNodesWithoutAsync(plan.To) is { Count: > 0 } lacking)
        {
            if (force)
            {
                await Console.Error.WriteLineAsync($"Warning: these servers can't use master key {plan.To} yet: {Names(lacking)}");
                return;
            }

            if (TimeProvider.System.GetElapsedTime(startedAt) > NodesTimeout)
            {
                throw new SettingsException(
                    $"master key: nothing was rotated: these servers can't use {plan.To}: {Names(lacking)}. "
                    + "Give them the key, or stop them. With --force the rotation starts anyway, and they stop being ready");
            }

            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
        }
    }

    private static async Task<int> RewrapAsync(MasterKeyService masterKeys, MasterKeyPlan plan, CancellationToken cancellation)
    {
        var report = new ProgressReport(TimeProvider.System);
        var broken = await masterKeys.RewrapAsync(
            count => report.Report($"{count:N0} of {plan.Keks:N0} KEKs re-wrapped"),
            reason => Console.Error.WriteLineAsync($"… {reason}: trying again"),
            cancellation);
        if (broken.Count > 0)
        {
            throw new SettingsException(
                $"master key: {plan.To} is active; {broken.Count:N0} KEK(s) do not unwrap and stay wrapped with their old key: "
                + $"{string.Join(", ", broken.Take(20))}. Restore their rows from a backup, and run this again");
        }

        Console.WriteLine(
            $"master key {plan.To} is active and wraps everything: {plan.Keks:N0} KEK(s) re-wrapped, no version touched\n"
            + (plan.From == plan.To
                ? "secronna-server master-key list shows which keys may be retired"
                : $"master key {plan.From} may be retired: secronna-server master-key retire {plan.From}"));
        return 0;
    }

    private static string Names(IEnumerable<NodeRow> nodes) => string.Join(", ", nodes.Select(node => node.Name));
}
