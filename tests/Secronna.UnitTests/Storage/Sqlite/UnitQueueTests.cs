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
}
