using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>A server that is killed at any moment of a large restore has done all of it or nothing (S14, S30).</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class RestoreKillTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_RESTORE_ROUNDS";
    private const string SeedVariable = "SECRONNA_RESTORE_SEED";
    private const int OrdinaryRounds = 4;
    private const int ThoroughRounds = 8;

    [Fact]
    public async Task On_SQLite_a_server_that_is_killed_during_a_restore_has_done_all_or_nothing_of_it() =>
        await RunAsync(await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)));

    [Fact]
    public async Task On_PostgreSQL_a_server_that_is_killed_during_a_restore_has_done_all_or_nothing_of_it() =>
        await RunAsync(await NodeSet.StartAsync(postgres.Cluster, 1));

    private async Task RunAsync(NodeSet set)
    {
        await using var nodes = set;
        var seed = Rounds.Seed(SeedVariable);
        var rounds = Rounds.Of(RoundsVariable, OrdinaryRounds, ThoroughRounds);
        output.WriteLine($"{rounds} rounds; {SeedVariable}={seed}");
        var restores = new KilledRestores(nodes, new Dice(seed));
        await restores.PrepareAsync();
        for (var round = 0; round < rounds; round++)
        {
            await restores.KillOneAsync();
        }

        output.WriteLine(
            $"{rounds} restores: {restores.Answered} answered, {restores.DoneWithoutAnswer} done without an answer, {restores.NotDone} not done");
        Assert.True((restores.NotDone > 0 && restores.DoneWithoutAnswer + restores.Answered > 0) || rounds < ThoroughRounds, "all kills came too early, or too late");
    }
}
