using Secronna.Storage.Engine;
using Secronna.Storage.Sqlite;
using Xunit;

namespace Secronna.UnitTests.Storage.Sqlite;

/// <summary>What the writer takes from its queue.</summary>
public sealed class UnitQueueTests : IDisposable
{
    private readonly UnitQueue queue = new();

    public void Dispose() => queue.Dispose();

    [Fact]
    public void Records_go_first_and_changes_have_a_part_of_every_batch()
    {
        Add(2_000, recordsOnly: true);
        Add(2_000, recordsOnly: false);
        var batch = Take();
        Assert.True(batch[0].RecordsOnly);
        Assert.InRange(batch.Count(unit => !unit.RecordsOnly), 1, batch.Count / 2);
    }

    [Fact]
    public void A_batch_ends_by_weight_not_by_number()
    {
        Add(100, recordsOnly: true, weight: 250);
        Assert.InRange(Take().Count, 1, 4);
        Add(10_000, recordsOnly: true);
        Assert.InRange(Take().Count, 1, 1_000);
    }

    [Fact]
    public void All_that_waits_is_taken_before_the_end()
    {
        Add(1_500, recordsOnly: false);
        Assert.True(queue.Close());
        Assert.Throws<StorageUnavailableException>(() => Add(1, recordsOnly: false));
        var taken = 0;
        var batch = new List<UnitOfWork>();
        while (queue.Take(batch, TimeSpan.Zero))
        {
            taken += batch.Count;
            batch.Clear();
        }

        Assert.Equal(1_500, taken);
        Assert.False(queue.Close());
    }

    [Fact]
    public void Nothing_comes_when_patience_ends_and_a_wake_is_not_kept_for_later()
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
        Assert.True(queue.Take(batch, TimeSpan.Zero));
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
