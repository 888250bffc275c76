using System.Globalization;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Keys;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>
/// Several nodes on one database, with different clocks and failing providers. They rotate keys and use secrets at the same
/// time, as dice decide. The invariants are checked every few steps, and once more after all failures have ended.
/// </summary>
internal sealed class KeySimulation : IAsyncDisposable
{
    private const int Nodes = 3;
    private const int StepsBetweenChecks = 6;
    private const int StepsBetweenCrashes = 15;

    private readonly Dice dice;
    private readonly TestDatabase database;
    private readonly List<SimulatedNode> nodes = [];
    private readonly VersionModel model = new();
    private readonly MasterKeyModel masterKeys = new();

    private KeySimulation(Dice dice, TestDatabase database) => (this.dice, this.database) = (dice, database);

    /// <summary>The step that it is at, for failure messages.</summary>
    public string Position { get; private set; } = "the start";

    public static async Task<KeySimulation> StartAsync(long seed)
    {
        var simulation = new KeySimulation(new Dice(seed), await TestEngine.Current.NewDatabaseAsync());
        for (var i = 0; i < Nodes; i++)
        {
            var ahead = TimeSpan.FromSeconds(simulation.dice.Next(600) - 300);
            var node = new SimulatedNode(simulation.database, ((char)('A' + i)).ToString(), ahead, simulation.dice);
            await node.StartAsync(simulation.masterKeys.Held);
            simulation.nodes.Add(node);
        }

        await simulation.nodes[0].Node.Services.AllowAsync(NodeOperations.Workspace);
        await new NodeOperations(simulation.nodes[0], simulation.model, simulation.dice, "first").AddProjectAsync();
        return simulation;
    }

    public async Task RunAsync(int steps)
    {
        for (var step = 1; step <= steps; step++)
        {
            Position = string.Create(CultureInfo.InvariantCulture, $"step {step}");
            if (dice.IsOneIn(StepsBetweenCrashes))
            {
                await CrashAsync(dice.Of(nodes));
            }

            // Two operations run at once, to cause races. Their order is the only thing that the seed does not decide.
            await Task.WhenAll(StepAsync($"{step}a"), dice.IsOneIn(2) ? StepAsync($"{step}b") : Task.CompletedTask);
            if (step % StepsBetweenChecks == 0)
            {
                await CheckAsync();
            }
        }

        await HealAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await database.DisposeAsync();
    }

    private Task StepAsync(string name)
    {
        var node = dice.Of(nodes);
        var operations = new NodeOperations(node, model, dice, name);
        return dice.Next(20) switch
        {
            0 => operations.AddProjectAsync(),
            1 or 2 or 3 or 4 or 5 => operations.WriteAsync(),
            6 or 7 or 8 => operations.RevealAsync(),
            9 or 10 => operations.RotateKekAsync(),
            11 or 12 => operations.RewrapDataKeysInterruptedAsync(),
            13 => operations.RewrapKeksInterruptedAsync(),
            14 => operations.DeleteAsync(),
            15 => node.SwitchWorkerAsync(dice.IsOneIn(2)),
            16 => RotateMasterKeyAsync(node),
            17 => RetireAsync(node),
            18 => BeginOrEndOutageAsync(node),
            _ => PassTimeAsync(),
        };
    }

    // A new key reaches some nodes late, and the operator waits for that only sometimes.
    private async Task RotateMasterKeyAsync(SimulatedNode node)
    {
        var rotation = node.Node.Get<MasterKeyService>();
        var id = masterKeys.New();
        foreach (var other in nodes)
        {
            other.ExpectMasterKey(id);
            if (other == node || !dice.IsOneIn(3))
            {
                other.ReceiveMasterKeys();
            }
        }

        node.Clock.Skip(TimeSpan.FromSeconds(2));
        await NodeOperations.TryAsync(node, async () =>
        {
            var plan = await rotation.PlanAsync(dice.IsOneIn(4) ? null : id);
            await rotation.AnnounceAsync(plan.To);
            if ((await rotation.ListNodesWithoutAsync(plan.To)).Count == 0 || dice.IsOneIn(2))
            {
                await rotation.StartAsync(plan);
                masterKeys.NoteRotation();
            }
        });
    }

    private Task RetireAsync(SimulatedNode node) => NodeOperations.TryAsync(node, async () =>
    {
        var id = dice.Of(masterKeys.Held);
        await node.Node.Get<MasterKeyService>().RetireAsync(id);
        masterKeys.NoteRetirement(id);
        nodes.ForEach(other => other.RemoveMasterKey(id));
    });

    private Task BeginOrEndOutageAsync(SimulatedNode node)
    {
        node.Begin(node.MayBeUnavailable && !dice.IsOneIn(3) ? Outage.None : dice.Of(Enum.GetValues<Outage>()));
        return Task.CompletedTask;
    }

    private async Task CrashAsync(SimulatedNode node)
    {
        await node.CrashAsync();
        await node.StartAsync(masterKeys.Held);
    }

    private Task PassTimeAsync()
    {
        var time = TimeSpan.FromSeconds(60 + dice.Next(600));
        foreach (var node in nodes)
        {
            node.Clock.Skip(time);
            node.ReceiveMasterKeys(dice.Next(2));
            node.ForgetRefusals();
        }

        RowInvariants.EndLeases(database);
        return Task.CompletedTask;
    }

    private async Task CheckAsync()
    {
        RowInvariants.Check(database);
        await Task.WhenAll(nodes.Select(async node =>
        {
            foreach (var version in model.Versions)
            {
                await model.CheckAsync(node, version);
            }
        }));
    }

    private async Task HealAsync()
    {
        Position = "healing";
        foreach (var node in nodes)
        {
            node.Begin(Outage.None);
            node.ReceiveMasterKeys();
        }

        await Task.WhenAll(nodes.Select(node => node.SettleAsync()));
        await PassTimeAsync();
        await Task.WhenAll(nodes.Select(node => node.Node.Get<MasterKeyRing>().RefreshAsync().AsTask()));
        await Task.WhenAll(nodes.Select(node => node.SwitchWorkerAsync(isOn: true)));
        nodes.ForEach(node => node.Node.Get<KeyWorker>().Wake());
        await Until.HoldsAsync(
            "all rotations have ended",
            () =>
            {
                nodes.ForEach(node => node.Clock.Skip(TimeSpan.FromSeconds(1)));
                return RowInvariants.IsAllDone(database);
            });
        Position = "the end";
        nodes.ForEach(node => node.ForgetRefusals());
        await CheckAsync();
        masterKeys.Check(database);
    }
}
