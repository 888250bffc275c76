using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The rates of reveals and of failed authentications on one node.</summary>
public sealed class RateLimitsTests
{
    [Fact]
    public void Reveals_are_limited_for_each_credential()
    {
        using var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 100 });
        rates.TakeReveals(Caller("key_1"), 60);
        rates.TakeReveals(Caller("key_1"), 40);
        var refusal = rates.TakeReveals(Caller("key_1"), 50);
        Assert.Equal(ErrorCodes.RateLimited, refusal!.Code);
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        Assert.Null(rates.TakeReveals(Caller("key_2"), 100));
    }

    [Fact]
    public void Credentials_with_the_same_id_in_other_workspaces_or_of_other_kinds_have_separate_allowances()
    {
        using var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 1 });
        var caller = Caller("key_1");
        Assert.Null(rates.TakeReveals(caller, 1));
        Assert.NotNull(rates.TakeReveals(caller with { Name = "renamed" }, 1));
        Assert.Null(rates.TakeReveals(caller with { WorkspaceId = "acc_other" }, 1));
        Assert.Null(rates.TakeReveals(caller with { ActorType = "other" }, 1));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", "::ffff:10.0.0.2", false)]
    [InlineData("fe80::1%1", "fe80::1%2", true)]
    [InlineData("nonsense", "rubbish", true)]
    public void Failed_authentications_from_the_same_64_of_IPv6_are_counted_together(string first, string second, bool areTogether)
    {
        using var rates = new RateLimits(new LimitSettings { FailedAuthenticationsPerMinute = 1 });
        rates.CountFailedAuthentication(first);
        var refusal = Record.Exception(() => rates.CountFailedAuthentication(second));
        Assert.Equal(areTogether, refusal is RequestException { Code: ErrorCodes.RateLimited });
    }

    [Fact]
    public void A_request_for_more_than_a_full_allowance_takes_a_full_one()
    {
        using var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 100 });
        Assert.Null(rates.TakeReveals(Caller("key_1"), 5_000));
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 5_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(59)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(119)]
    [InlineData(1_000)]
    [InlineData(60_000)]
    [InlineData(int.MaxValue)]
    public void An_allowance_is_refilled_at_the_rate_that_is_set(int perMinute)
    {
        var (tokens, period) = RateLimits.Refill(perMinute);
        Assert.InRange(tokens, 1, perMinute);
        Assert.InRange(period, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(1, tokens * (TimeSpan.FromMinutes(1) / period) / perMinute, 1e-6);
    }

    [Fact]
    public void Failed_authentications_are_limited_for_each_address_and_for_all_unknown_addresses_together()
    {
        using var rates = new RateLimits(new LimitSettings { FailedAuthenticationsPerMinute = 2 });
        foreach (var address in (string?[])["10.0.0.1", "10.0.0.2", null])
        {
            rates.CountFailedAuthentication(address);
            rates.CountFailedAuthentication(address);
            Assert.Throws<RequestException>(() => rates.CountFailedAuthentication(address));
        }
    }

    [Fact]
    public void A_rate_of_zero_means_no_limit()
    {
        using var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 0, FailedAuthenticationsPerMinute = 0 });
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(rates.TakeReveals(Caller("key_1"), 1_000));
            rates.CountFailedAuthentication("10.0.0.1");
        }
    }

    private static Caller Caller(string id) =>
        new(ActorTypes.ApiKey, id, "acc_a", null, Role.Admin, RequestOrigin.OfCommand);
}
