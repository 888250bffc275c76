using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The memory that large requests take together is bounded (S29).</summary>
public sealed class PlaintextBudgetTests
{
    [Fact]
    public void Bytes_that_are_taken_can_be_taken_again_only_after_they_were_given_back()
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
