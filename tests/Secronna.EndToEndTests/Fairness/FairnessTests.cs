using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.Attacks;

namespace Secronna.EndToEndTests.Fairness;

/// <summary>
/// Fairness (S31): while a weak credential of another workspace, or a stranger, attacks the server in every way there is, a victim's
/// reveals are answered without an error and the server stays ready. Speed is not asserted; <c>bench/fairness.sh</c> runs these
/// attacks for longer and prints it.
/// </summary>
[RunsAlone]
[FlawClass("denial of service")]
public sealed class FairnessTests
{
    // A variable that names a file makes the run a benchmark, and its table goes there.
    private const string TableVariable = "SECRONNA_FAIRNESS_TABLE";

    private const string EngineVariable = "SECRONNA_FAIRNESS_ENGINE";

    private static readonly string? TableFile = Environment.GetEnvironmentVariable(TableVariable);

    // A server's first requests are slow, and so are the first of an attack: the runtime compiles their code. They are not measured.
    private static TimeSpan WarmUp => TimeSpan.FromSeconds(TableFile is null ? 0 : 3);

    private static TimeSpan Quiet => TimeSpan.FromSeconds(TableFile is null ? 0 : 3);

    private static TimeSpan Attacked => TimeSpan.FromMilliseconds(TableFile is null ? Rounds.Of(700, 3_000) : 4_000);

    [Fact]
    public async Task No_attack_of_another_workspace_fails_a_victim_or_makes_the_server_unready()
    {
        await using var installation = await AttackedInstallation.CreateAsync(
            onPostgres: Environment.GetEnvironmentVariable(EngineVariable) == "postgres",
            deleted: TableFile is null ? 1_000 : 25_000, large: TableFile is null ? 50 : 250, wide: TableFile is null ? 500 : 5_000);
        var failures = new List<string>();
        foreach (var attack in Attack.All.Where(attack => IsChosen(attack.Name)))
        {
            failures.AddRange(await MeasureAsync(installation, attack.Name));
        }

        Assert.True(TableFile is not null || failures.Count == 0, string.Join('\n', failures));
    }

    private static bool IsChosen(string attack) =>
        Environment.GetEnvironmentVariable("SECRONNA_FAIRNESS_ATTACK") is not { Length: > 0 } chosen || chosen.Split(',').Contains(attack);

    // Each attack meets a server of its own, so that none suffers from what an earlier one left behind.
    private static async Task<IReadOnlyList<string>> MeasureAsync(AttackedInstallation installation, string attack)
    {
        await using var server = await installation.ServeAsync();
        await MeasureVictimAsync(installation, WarmUp);
        var quiet = await MeasureVictimAsync(installation, Quiet);
        Victim? attacked = null;
        var answers = await AttackProcess.RunAsync(
            attack, installation.Target, async () =>
            {
                await Until.HasPassedAsync(WarmUp);
                attacked = await MeasureVictimAsync(installation, Attacked);
            });
        AddToTable(attack, quiet, attacked!, answers);
        Assert.False(server.HasExited, $"{attack}: the server ended: {server.Log}");
        return
        [
            .. Kinds(attacked!).Where(kind => kind.Latencies.Errors.Count > 0 || kind.Latencies.Count == 0).Select(kind =>
                $"{attack}: {kind.Name}: {kind.Latencies.Count} answered, {kind.Latencies.Errors.Count} not: "
                + string.Join(", ", kind.Latencies.Errors.Distinct())),
        ];
    }

    private static async Task<Victim> MeasureVictimAsync(AttackedInstallation installation, TimeSpan time)
    {
        using var victim = new Victim(
            new Uri((string)installation.Target["Url"]!), installation.VictimToken, installation.VictimEnvironmentId, installation.VictimSecretIds);
        await Until.HasPassedAsync(time);
        return victim;
    }

    private static (string Name, Latencies Latencies)[] Kinds(Victim victim) =>
        [("single reveals", victim.Single), ("bulk reveals", victim.Bulk), ("readiness", victim.Readiness)];

    private static void AddToTable(string attack, Victim quiet, Victim attacked, string answers)
    {
        if (TableFile is not null)
        {
            var row = new JsonObject { ["attack"] = attack, ["answers"] = answers };
            foreach (var ((name, before), (_, during)) in Kinds(quiet).Zip(Kinds(attacked)))
            {
                row[name] = new JsonObject
                {
                    ["quiet"] = before.P99, ["attacked"] = during.P99, ["errors"] = during.Errors.Count,
                    ["kinds"] = string.Join(", ", during.Errors.Distinct()),
                };
            }

            File.AppendAllText(TableFile, string.Create(CultureInfo.InvariantCulture, $"{row.ToJsonString()}\n"));
        }
    }
}
