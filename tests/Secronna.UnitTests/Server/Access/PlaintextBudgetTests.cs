using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The memory that requests take together is bounded, and so is each credential's and each workspace's share (S29, S31).</summary>
public sealed class PlaintextBudgetTests
{
    private const long Large = PlaintextBudget.SmallRequest + 1;

    [Fact]
    public void Bytes_that_are_taken_can_be_taken_again_only_after_they_were_given_back()
    {
        var budget = new PlaintextBudget(bytes: 100, perCredential: 0, perWorkspace: 0);
        var first = budget.Take(NewCaller(), 60);
        Assert.Equal(ErrorCodes.Unavailable, CodeOf(() => budget.Take(NewCaller(), 41)));
        using (budget.Take(NewCaller(), 40))
        {
            Assert.Equal(ErrorCodes.Unavailable, CodeOf(() => budget.Take(NewCaller(), 1)));
        }

        first.Dispose();
        first.Dispose();
        using var all = budget.Take(NewCaller(), 100);
        Assert.Equal(ErrorCodes.Unavailable, CodeOf(() => budget.Take(NewCaller(), 1)));
    }

    [Fact]
    public void A_credential_holds_at_most_its_share_even_when_nobody_else_holds_anything()
    {
        var budget = new PlaintextBudget(bytes: 100, perCredential: 25, perWorkspace: 0);
        var one = budget.Take(NewCaller(), 20);

        var refusal = Assert.Throws<ShareUsedUpException>(() => budget.Take(NewCaller(), 6));

        Assert.Equal(
            (ErrorCodes.RateLimited, "this credential may have at most 25 bytes of memory at once: try again when one of its requests has ended"),
            (refusal.Code, refusal.Message));
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        budget.Take(NewCaller(), 5).Dispose();
        budget.Take(NewCaller("key_2"), 25).Dispose();
        one.Dispose();
        budget.Take(NewCaller(), 25).Dispose();
    }

    [Fact]
    public void The_credentials_of_a_workspace_hold_at_most_its_share_together()
    {
        var budget = new PlaintextBudget(bytes: 100, perCredential: 25, perWorkspace: 50);
        using var one = budget.Take(NewCaller("key_1"), 25);
        using var two = budget.Take(NewCaller("key_2"), 20);

        var refusal = Assert.Throws<ShareUsedUpException>(() => budget.Take(NewCaller("key_3"), 6));

        Assert.Contains("this workspace may have at most 50 bytes", refusal.Message, StringComparison.Ordinal);
        using var foreign = budget.Take(NewCaller("key_1", "acc_b"), 25);
    }

    [Fact]
    public void A_lease_that_grows_counts_in_all_and_gives_all_back()
    {
        var budget = new PlaintextBudget(bytes: 100, perCredential: 25, perWorkspace: 0);
        var lease = budget.Lease(NewCaller());
        lease.Grow(10);
        lease.Grow(10);
        Assert.Throws<ShareUsedUpException>(() => lease.Grow(6));
        lease.Dispose();
        budget.Take(NewCaller(), 25).Dispose();
    }

    [Fact]
    public void Large_requests_leave_the_last_eighth_of_the_memory_to_small_ones()
    {
        var budget = new PlaintextBudget(bytes: 16 * Large, perCredential: 0, perWorkspace: 0);
        using var large = budget.Take(NewCaller(), 13 * Large);
        Assert.Equal(ErrorCodes.Unavailable, CodeOf(() => budget.Take(NewCaller(), Large + 1)));

        using var small = budget.Take(NewCaller(), PlaintextBudget.SmallRequest);
        using var other = budget.Take(NewCaller(), PlaintextBudget.SmallRequest);
        // A request that grows is no longer a small one.
        Assert.Equal(ErrorCodes.Unavailable, CodeOf(() => small.Grow(1)));
    }

    [Fact]
    public void A_share_has_room_for_the_largest_request_and_0_percent_means_no_limit()
    {
        var tight = PlaintextBudget.Of(1_000, 600, new LimitSettings { CredentialShare = 1, WorkspaceShare = 1 });
        tight.Take(NewCaller(), 600).Dispose();
        Assert.Throws<ShareUsedUpException>(() => tight.Take(NewCaller(), 601));

        var unlimited = PlaintextBudget.Of(1_000, 600, new LimitSettings { CredentialShare = 0, WorkspaceShare = 0 });
        unlimited.Take(NewCaller(), 1_000).Dispose();
    }

    [Fact]
    public void The_bytes_left_are_exact_after_many_threads_took_and_gave_back()
    {
        var budget = new PlaintextBudget(bytes: 1_000, perCredential: 500, perWorkspace: 700);
        Parallel.For(0, 8, worker =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                try
                {
                    budget.Take(NewCaller($"key_{worker % 3}"), 1 + (i % 400)).Dispose();
                }
                catch (RequestException)
                {
                    // Others hold what this one asked for.
                }
            }
        });

        using var one = budget.Take(NewCaller("key_0"), 500);
        using var two = budget.Take(NewCaller("key_1"), 200);
        using var three = budget.Take(NewCaller("key_0", "acc_b"), 300);
    }

    private static string CodeOf(Action action) => Assert.Throws<RequestException>(action).Code;

    private static Caller NewCaller(string id = "key_1", string workspaceId = "acc_a") =>
        new(ActorTypes.ApiKey, id, workspaceId, null, Role.Admin, RequestOrigin.OfCommand);
}
