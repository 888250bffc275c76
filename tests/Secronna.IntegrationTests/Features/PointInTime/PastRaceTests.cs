using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// Restores beside writers and other restores: what comes of it is always what one after the other would have done, in the
/// order of their instants, and nobody's answer speaks of another order (S12, S14).
/// </summary>
[DependsOnTransactions]
public sealed class PastRaceTests(SharedServer shared)
{
    private const int Workers = 6;
    private const int Lookers = 2;

    private static readonly int Requests = Rounds.Of(8, 20);
    private static readonly int Repeats = Rounds.Of(2, 6);

    [Fact]
    public async Task Restores_among_changes_of_every_kind_are_done_whole_at_instants_of_their_own()
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
        await Task.WhenAll(Enumerable.Range(0, Lookers).Select(_ => Task.Run(async () =>
        {
            while (!work.IsCompleted)
            {
                await race.ReadAsync();
            }
        })).Append(work));

        await race.CheckAsync();
    }

    [Fact]
    public async Task Restores_at_once_come_one_after_the_other()
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
    public async Task A_restore_of_many_keys_that_are_all_written_meanwhile_is_done_whole_or_not_at_all()
    {
        var dice = NewDice();
        // Of more keys than a restore keeps values of until their numbers are certain.
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
    public async Task Rollbacks_and_restores_that_meet_a_deletion_and_a_new_secret_of_the_same_key_are_the_old_secrets_or_none()
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

    // Which of them comes first is chance all the same.
    private static Dice NewDice() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
}
