using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// Restores that run beside writers and other restores. The result must be as if all requests had come one after the other in
/// the order of their instants, and no answer may contradict that order (S12, S14).
/// </summary>
[DependsOnTransactions]
public sealed class PastRaceTests(SharedServer shared)
{
    private const int Workers = 6;
    private const int Readers = 2;

    private static readonly int Requests = Rounds.Of(8, 20);
    private static readonly int Repeats = Rounds.Of(2, 6);

    [Fact]
    public async Task Restores_beside_changes_of_every_kind_are_atomic_and_have_their_own_instants()
    {
        var dice = NewDice();
        var race = new PastRace(await shared.NewTestEnvironmentAsync(), dice, keyCount: 8);
        await race.WriteAllAsync();
        await race.WriteManyAsync(4);

        var work = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Requests; i++)
            {
                await (dice.Next(15) switch
                {
                    0 or 1 or 2 or 3 or 4 => race.WriteAsync(),
                    5 or 6 => race.WriteManyAsync(1 + dice.Next(8)),
                    7 => race.DeleteAsync(),
                    8 or 9 => race.RollBackAsync(),
                    10 or 11 or 12 => race.RestoreAsync(dryRun: false),
                    13 => race.RestoreAsync(dryRun: true),
                    _ => race.RotateAsync(),
                });
            }
        })));
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Run(async () =>
        {
            while (!work.IsCompleted)
            {
                await race.ReadAsync();
            }
        })).Append(work));

        await race.CheckAsync();
    }

    [Fact]
    public async Task Concurrent_restores_behave_as_if_they_came_one_after_the_other()
    {
        var dice = NewDice();
        var race = new PastRace(await shared.NewTestEnvironmentAsync(), dice, keyCount: 12);
        for (var round = 0; round < Repeats; round++)
        {
            await race.WriteManyAsync(7);
            await race.WriteAllAsync();
            await Task.WhenAll(
                race.RestoreAsync(dryRun: false), race.RestoreAsync(dryRun: false), race.RestoreAsync(dryRun: false),
                dice.IsOneIn(2) ? race.DeleteAsync() : race.ReadAsync());
        }

        await race.CheckAsync();
    }

    [Fact]
    public async Task A_restore_of_many_keys_that_others_write_meanwhile_is_done_as_a_whole_or_not_at_all()
    {
        var dice = NewDice();
        // The environment has more keys than a restore reads from the database at once.
        var race = new PastRace(await shared.NewTestEnvironmentAsync(), dice, keyCount: 90, mayRestoresGiveUp: true);
        await race.WriteAllAsync();
        await Task.WhenAll(
            RepeatAsync(race.WriteAllAsync), RepeatAsync(() => race.WriteManyAsync(45)), RepeatAsync(race.WriteAsync),
            RepeatAsync(() => race.RestoreAsync(dryRun: false)), RepeatAsync(() => race.RestoreAsync(dryRun: false)));

        await race.CheckAsync();

        static async Task RepeatAsync(Func<Task> work)
        {
            for (var i = 0; i < 5; i++)
            {
                await work();
            }
        }
    }

    [Fact]
    public async Task Rollbacks_and_restores_beside_a_deletion_never_change_a_new_secret_with_the_same_key()
    {
        var race = new PastRace(await shared.NewTestEnvironmentAsync(), NewDice(), keyCount: 1);
        for (var round = 0; round < 2 * Repeats; round++)
        {
            await race.WriteAllAsync();
            await race.WriteAllAsync();
            await Task.WhenAll(
                race.DeleteAsync(), race.WriteAllAsync(), race.RollBackAsync(), race.RollBackAsync(), race.RollBackAsync(),
                race.RestoreAsync(dryRun: false));
        }

        await race.CheckAsync();
    }

    // The seed is not printed, because the order of the requests depends on chance anyway.
    private static Dice NewDice() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
}
