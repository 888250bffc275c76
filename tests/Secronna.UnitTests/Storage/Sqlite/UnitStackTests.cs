using Secronna.Storage.Sqlite;
using Xunit;

namespace Secronna.UnitTests.Storage.Sqlite;

/// <summary>The units that many threads add to the queue while one thread takes them.</summary>
public sealed class UnitStackTests
{
    private readonly UnitStack stack = new();

    [Fact]
    public void Units_are_taken_in_the_order_in_which_they_were_pushed()
    {
        Assert.Null(stack.TakeAll());
        Push(1, 2, 3);
        Assert.Equal([1, 2, 3], Take());
        Assert.Null(stack.TakeAll());
    }

    [Fact]
    public void A_closed_stack_takes_no_unit_and_still_gives_those_that_were_pushed_before()
    {
        Push(1, 2);
        Assert.True(stack.Close());
        Assert.False(stack.Close());
        Assert.False(stack.TryPush(Unit(3)));
        Assert.False(stack.IsFinished);
        Assert.Equal([1, 2], Take());
        Assert.True(stack.IsFinished);
        Assert.False(stack.TryPush(Unit(3)));
        Assert.Null(stack.TakeAll());
    }

    private static UnitOfWork<int, int> Unit(int weight) =>
        new UnitOfWork<int, int>(0, static (_, state) => new(state)) { RecordsOnly = true, Weight = weight };

    private void Push(params int[] weights) => Assert.All(weights, weight => Assert.True(stack.TryPush(Unit(weight))));

    private List<int> Take()
    {
        var taken = new List<int>();
        for (var unit = stack.TakeAll(); unit is not null; unit = unit.Next)
        {
            taken.Add(unit.Weight);
        }

        return taken;
    }
}
