using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>What large requests hold together has a bound (S29).</summary>
public sealed class PlaintextBudgetTests
{
    [Fact]
    public void What_is_taken_can_be_taken_again_only_when_it_was_given_back()
    {
        var budget = new PlaintextBudget(100);
        var first = budget.Take(60);
        Assert.Equal(ErrorCodes.Unavailable, Assert.Throws<RequestException>(() => budget.Take(41)).Code);
        using (budget.Take(40))
        {
            Assert.Throws<RequestException>(() => budget.Take(1));
        }

        first.Dispose();
        first.Dispose();
        using var all = budget.Take(100);
        Assert.Throws<RequestException>(() => budget.Take(1));
    }
}
