using Secronna.Storage.Engine;
using Secronna.Storage.Sqlite;
using Xunit;

namespace Secronna.UnitTests.Storage.Sqlite;

/// <summary>The batches that the writer takes from its queue.</summary>
public sealed class UnitQueueTests : IDisposable
{
    private readonly UnitQueue queue = new();

    public void Dispose() => queue.Dispose();

    [Fact]
    public void Records_go_first_and_every_batch_has_room_for_changes()
    {
        Add(2_000, recordsOnly: true);
        Add(2_000, recordsOnly: false);
        var batch = Take();
        Assert.True(batch[0].RecordsOnly);
        Assert.InRange(batch.Count(unit => !unit.RecordsOnly), 1, batch.Count / 2);
    }

    [Fact]
    public void The_size_of_a_batch_is_bounded_by_weight()
    {
        Add(100, recordsOnly: true, weight: 250);
        Assert.InRange(Take().Count, 1, 4);
        Add(10_000, recordsOnly: true);
        Assert.InRange(Take().Count, 1, 1_000);
    }

    [Theory]
    [InlineData(true, 250)]
    [InlineData(false, 100)]
    public void A_light_unit_waits_for_one_heavy_unit_at_most(bool recordsOnly, int weight)
    {
        Add(3, recordsOnly, weight);
        Assert.Single(Take());

        Add(1, recordsOnly: true);
        Add(1, recordsOnly: false);

        Assert.Equal([1, 1], Take().Select(unit => unit.Weight));
        Assert.Equal([weight], Take().Select(unit => unit.Weight));
        Assert.Equal([weight], Take().Select(unit => unit.Weight));
    }

    [Fact]
    public void Light_units_without_end_do_not_stop_a_heavy_one()
    {
        Add(10_000, recordsOnly: true);
        Take();
        Add(1, recordsOnly: false, weight: 500);
        Assert.Equal([500], Take().Select(unit => unit.Weight));
        Assert.All(Take(), unit => Assert.Equal(1, unit.Weight));
    }

    [Fact]
    public void A_full_queue_takes_no_unit_until_a_batch_is_taken()
    {
        Add(UnitQueue.QueueLimit, recordsOnly: true);
        var refused = Assert.Throws<StorageUnavailableException>(() => Add(1, recordsOnly: true));
        Assert.Contains("too many writes are waiting", refused.Message, StringComparison.Ordinal);

        Add(Take().Count, recordsOnly: true);

        Assert.Throws<StorageUnavailableException>(() => Add(1, recordsOnly: true));
    }

    [Fact]
    public void Units_that_were_queued_before_the_close_are_all_taken()
    {
        Add(1_500, recordsOnly: false);
        Assert.True(queue.Close());
        Assert.Throws<StorageUnavailableException>(() => Add(1, recordsOnly: false));
        var taken = 0;
        var batch = new List<UnitOfWork>();
        while (queue.TakeBatch(batch, TimeSpan.Zero))
        {
            taken += batch.Count;
            batch.Clear();
        }

        Assert.Equal(1_500, taken);
        Assert.False(queue.Close());
    }

    [Fact]
    public void A_batch_is_empty_when_the_time_is_over_and_a_wake_without_a_waiter_has_no_effect()
    {
        Assert.Empty(Take());
        queue.Wake();
        Assert.Empty(Take());
        Add(1, recordsOnly: true);
        Assert.Single(Take());
    }

    [Fact]
    public async Task Many_threads_add_units_while_one_takes_them_and_none_is_lost_or_taken_twice()
    {
        const int Threads = 4;
        const int Units = 20_000;
        var taken = new List<(int Thread, int Number)>();
        var taking = Task.Factory.StartNew(() => TakeUntilClosed(taken), TaskCreationOptions.LongRunning);
        var adding = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () => AddAll(thread, Units), TaskCreationOptions.LongRunning));
        await Task.WhenAll(adding);
        Assert.True(queue.Close());
        await taking.WaitAsync(TimeSpan.FromMinutes(1));
        for (var thread = 0; thread < Threads; thread++)
        {
            Assert.Equal(Enumerable.Range(0, Units), taken.Where(unit => unit.Thread == thread).Select(unit => unit.Number));
        }
    }

    [Fact]
    public async Task Every_unit_wakes_the_thread_that_waits_for_it()
    {
        var taken = new List<(int Thread, int Number)>();
        var taking = Task.Factory.StartNew(() => TakeUntilClosed(taken), TaskCreationOptions.LongRunning);
        for (var i = 0; i < 5_000; i++)
        {
            using var wasTaken = new ManualResetEventSlim();
            queue.Add(new UnitOfWork<ManualResetEventSlim, int>(wasTaken, static (_, taken) => Set(taken)) { RecordsOnly = true, Weight = 1 });
            Assert.True(wasTaken.Wait(TimeSpan.FromMinutes(1)), $"unit {i} was not taken");
        }

        queue.Close();
        await taking.WaitAsync(TimeSpan.FromMinutes(1));

        static ValueTask<int> Set(ManualResetEventSlim taken)
        {
            taken.Set();
            return new(0);
        }
    }

    private void AddAll(int thread, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var unit = new NumberedUnit { RecordsOnly = true, Weight = 1, Thread = thread, Number = i };
            while (!TryAdd(unit))
            {
                Thread.Yield();
            }
        }
    }

    private bool TryAdd(UnitOfWork unit)
    {
        try
        {
            queue.Add(unit);
            return true;
        }
        catch (StorageUnavailableException)
        {
            // The queue is full.
            return false;
        }
    }

    // A wait without end: if a signal gets lost, the test does not end.
    private void TakeUntilClosed(List<(int Thread, int Number)> taken)
    {
        var batch = new List<UnitOfWork>();
        while (queue.TakeBatch(batch, Timeout.InfiniteTimeSpan))
        {
            foreach (var unit in batch)
            {
                if (unit is NumberedUnit numbered)
                {
                    taken.Add((numbered.Thread, numbered.Number));
                }
                else
                {
                    unit.Run(null!);
                }
            }

            batch.Clear();
        }
    }

    private List<UnitOfWork> Take()
    {
        var batch = new List<UnitOfWork>();
        Assert.True(queue.TakeBatch(batch, TimeSpan.Zero));
        return batch;
    }

    private void Add(int count, bool recordsOnly, int weight = 1)
    {
        for (var i = 0; i < count; i++)
        {
            queue.Add(new UnitOfWork<int, int>(i, static (_, state) => new(state)) { RecordsOnly = recordsOnly, Weight = weight });
        }
    }

    private sealed class NumberedUnit : UnitOfWork
    {
        public required int Thread { get; init; }

        public required int Number { get; init; }

        public override bool IsQuick => false;

        public override void Run(Transaction transaction) => throw new NotSupportedException();

        public override void Complete() => throw new NotSupportedException();
    }
}
