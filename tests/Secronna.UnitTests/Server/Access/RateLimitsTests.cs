using Microsoft.Extensions.Time.Testing;
using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The rates at which credentials, workspaces and addresses may use one node.</summary>
public sealed class RateLimitsTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Reveals_are_limited_for_each_credential()
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 100 }, time);
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
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 1 }, time);
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
        var rates = new RateLimits(new LimitSettings { FailedAuthenticationsPerMinute = 1 }, time);
        rates.CountFailedAuthentication(first);
        var refusal = Record.Exception(() => rates.CountFailedAuthentication(second));
        Assert.Equal(areTogether, refusal is RequestException { Code: ErrorCodes.RateLimited });
    }

    [Fact]
    public void A_request_for_more_than_a_full_allowance_takes_a_full_one()
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 100 }, time);
        Assert.Null(rates.TakeReveals(Caller("key_1"), 5_000));
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 5_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(60_000)]
    [InlineData(int.MaxValue)]
    public void An_allowance_is_refilled_evenly_at_the_rate_that_is_set(int perMinute)
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = perMinute, RevealsPerMinutePerWorkspace = 0 }, time);
        Assert.Null(rates.TakeReveals(Caller("key_1"), perMinute));
        var refusal = rates.TakeReveals(Caller("key_1"), 1);
        Assert.InRange(refusal!.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1.001 / perMinute) + TimeSpan.FromTicks(2));
        time.Advance(TimeSpan.FromSeconds(30));
        var half = Math.Max(1, perMinute / 2);
        Assert.Equal(perMinute > 1, rates.TakeReveals(Caller("key_1"), half) is null);
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 1));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(rates.TakeReveals(Caller("key_1"), perMinute));
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 1));
    }

    [Fact]
    public void All_credentials_of_a_workspace_share_its_allowance_and_other_workspaces_keep_theirs()
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 60, RevealsPerMinutePerWorkspace = 100 }, time);
        Assert.Null(rates.TakeReveals(Caller("key_1"), 60));
        var refusal = rates.TakeReveals(Caller("key_2"), 60);
        Assert.Equal(
            "this workspace has reached its limit of 100 values revealed a minute: try again at 2026-01-01T00:00:13Z", refusal!.Message);
        Assert.Equal(12, refusal.RetryAfter!.Value.TotalSeconds, 0.001);
        Assert.Null(rates.TakeReveals(Caller("key_3") with { WorkspaceId = "acc_other" }, 60));
        // What the workspace refused was not taken from the credential either.
        time.Advance(TimeSpan.FromSeconds(12));
        Assert.Null(rates.TakeReveals(Caller("key_2"), 60));
    }

    [Theory]
    [InlineData(3, 0, "this credential has reached its limit of 2 versions written a minute")]
    [InlineData(1, 101, "this credential has reached its limit of 100 bytes written a minute")]
    public void A_write_takes_versions_and_bytes_or_neither(int versions, int bytes, string message)
    {
        var settings = new LimitSettings { WritesPerMinute = 2, WriteBytesPerMinute = 100 };
        var rates = new RateLimits(settings, time);
        Assert.Null(rates.TakeWrite(Caller("key_1"), new WriteShare(1, 1)));
        Assert.StartsWith(message, rates.TakeWrite(Caller("key_1"), new WriteShare(versions, bytes))!.Message, StringComparison.Ordinal);
        Assert.Null(rates.TakeWrite(Caller("key_1"), new WriteShare(1, 99)));
        Assert.NotNull(rates.TakeWrite(Caller("key_1"), new WriteShare(1, 1)));
        Assert.Null(rates.TakeWrite(Caller("key_2"), new WriteShare(1, 1)));
    }

    [Fact]
    public void Requests_are_limited_for_each_credential_alone()
    {
        var rates = new RateLimits(new LimitSettings { RequestsPerMinute = 2 }, time);
        Assert.Null(rates.TakeRequest(Caller("key_1")));
        Assert.Null(rates.TakeRequest(Caller("key_1")));
        Assert.Contains("2 requests a minute", rates.TakeRequest(Caller("key_1"))!.Message, StringComparison.Ordinal);
        Assert.Null(rates.TakeRequest(Caller("key_2")));
    }

    [Fact]
    public void Each_of_several_nodes_allows_its_part_and_none_allows_less_than_one()
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 90, RequestsPerMinute = 2 }, time);
        rates.DivideAmong(3);
        Assert.Null(rates.TakeReveals(Caller("key_1"), 30));
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 1));
        Assert.Null(rates.TakeRequest(Caller("key_1")));
        Assert.NotNull(rates.TakeRequest(Caller("key_1")));
        rates.DivideAmong(0);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(rates.TakeReveals(Caller("key_1"), 90));
    }

    [Fact]
    public void An_allowance_is_forgotten_only_when_it_is_full_again()
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 60 }, time);
        Assert.Null(rates.TakeReveals(Caller("key_1"), 60));
        time.Advance(TimeSpan.FromSeconds(59));
        rates.ForgetFull();
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 60));
        time.Advance(TimeSpan.FromSeconds(1));
        rates.ForgetFull();
        Assert.Null(rates.TakeReveals(Caller("key_1"), 60));
        Assert.NotNull(rates.TakeReveals(Caller("key_1"), 1));
    }

    [Fact]
    public async Task Callers_that_take_at_once_get_no_more_than_the_allowance_even_while_full_ones_are_forgotten()
    {
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 1_000, RevealsPerMinutePerWorkspace = 0 }, time);
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                rates.ForgetFull();
                Interlocked.Add(ref taken, rates.TakeReveals(Caller("key_1"), 1) is null ? 1 : 0);
            }
        })));
        Assert.Equal(1_000, taken);
    }

    [Fact]
    public void Failed_authentications_are_limited_for_each_address_and_for_all_unknown_addresses_together()
    {
        var rates = new RateLimits(new LimitSettings { FailedAuthenticationsPerMinute = 2 }, time);
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
        var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 0, RevealsPerMinutePerWorkspace = 0, FailedAuthenticationsPerMinute = 0 }, time);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(rates.TakeReveals(Caller("key_1"), 1_000));
            rates.CountFailedAuthentication("10.0.0.1");
        }
    }

    private static Caller Caller(string id) =>
        new(ActorTypes.ApiKey, id, "acc_a", null, Role.Admin, RequestOrigin.OfCommand);
}
