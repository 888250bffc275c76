using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// A rotation under load is finished completely, although a server, a node or the command is killed at any moment of it (S10).
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class RotationKillTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_ROTATION_ROUNDS";
    private const string SeedVariable = "SECRONNA_ROTATION_SEED";

    // The numbers for both engines together. Half of the rounds rotate a KEK, half the master key.
    private const int OrdinaryRounds = 6;
    private const int ThoroughRounds = 50;

    [Fact]
    public async Task A_server_that_is_killed_during_a_rotation_finishes_it_after_its_next_start() =>
        await RunAsync(
            await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)), (round, _) => round == 0);

    [Fact]
    public async Task A_rotation_is_finished_although_one_of_two_nodes_is_killed_during_it() =>
        await RunAsync(await NodeSet.StartAsync(postgres.Cluster, 2), (round, isKek) => !isKek && round == 1);

    // The killed process keeps its claim on the work until it expires. One round waits for that; the others expire it at once.
    private async Task RunAsync(NodeSet set, Func<int, bool, bool> waits)
    {
        await using var nodes = set;
        var seed = Rounds.Seed(SeedVariable);
        var rounds = Rounds.Of(RoundsVariable, OrdinaryRounds, ThoroughRounds) / 2;
        output.WriteLine($"{rounds} rounds; {SeedVariable}={seed}");
        var rotations = new KilledRotations(nodes, new Dice(seed));
        await rotations.PrepareAsync();
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
            {
                // Generated now, so that the nodes know the next round's key in time.
                var generation = nodes.Installation.DoAsync("master-key", "generate", "--id", $"key-{round + 1}");
                await rotations.RotateKekAsync(waits(round, true));
                await generation;
            }
            else
            {
                await rotations.RotateMasterKeyAsync($"key-{round}", waits(round, false));
            }
        }

        await rotations.CheckAllAsync();
        output.WriteLine($"{rotations.HalfDone} of the kills left a rotation half done; {rotations.Writes} writes acknowledged");
        Assert.True(rotations.HalfDone > 0 || rounds < 10, "no kill came in the middle of a rotation");
    }
}
