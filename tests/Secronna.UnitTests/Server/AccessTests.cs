using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.UnitTests.Server;

public sealed class AccessTests
{
    [Theory]
    [InlineData((int)Role.Admin, "Identify List Reveal Write Delete ReadAudit ManageProjects ManageKeys")]
    [InlineData((int)Role.Owner, "Identify List Reveal Write Delete ReadAudit ManageProjects ManageKeys")]
    [InlineData((int)Role.ApiKey, "Identify List Reveal Write Delete ReadAudit ManageProjects ManageKeys")]
    [InlineData((int)Role.Member, "Identify List Reveal Write Delete ReadAudit")]
    [InlineData((int)Role.Viewer, "Identify List ReadAudit")]
    [InlineData((int)Role.AccessKey, "Identify List Reveal Write Delete")]
    [InlineData((int)Role.None, "Identify")]
    [InlineData(99, "Identify")]
    public void Each_role_may_do_what_the_table_says(int role, string allowed) =>
        Assert.Equal(
            allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Enum.GetValues<Permission>().Where(permission => Roles.Allows((Role)role, permission)).Select(permission => permission.ToString()));

    [Theory]
    [InlineData(ActorTypes.ApiKey, "sk_live_")]
    [InlineData(ActorTypes.AccessKey, "st_live_")]
    public void A_token_says_its_kind_and_holds_256_random_bits(string kind, string start)
    {
        var tokens = Enumerable.Range(0, 2_000).Select(_ => CredentialToken.New(kind)).ToList();
        Assert.All(tokens, token =>
        {
            Assert.Matches($@"\A{start}[0-9a-hjkmnp-tv-z]{{60}}\z", token);
            Assert.True(CredentialToken.HasForm(token));
            Assert.Equal(token[..16], CredentialToken.Prefix(token));
        });
        Assert.True((CredentialToken.Length - CredentialToken.PrefixLength) * 5 >= 256);
        Assert.Equal(tokens.Count, tokens.Select(token => token[CredentialToken.PrefixLength..]).Distinct().Count());
        // Every place takes every one of the 32 characters: one is missing from 2,000 with a chance below 10^-24.
        for (var place = start.Length; place < CredentialToken.Length; place++)
        {
            Assert.Equal(32, tokens.Select(token => token[place]).Distinct().Count());
        }
    }

    [Fact]
    public void What_has_not_the_form_of_a_token_is_refused()
    {
        var token = CredentialToken.New(ActorTypes.ApiKey);
        string[] others =
        [
            "", "sk_live_", token[..^1], token + "0", "sk_test_" + token[8..], "SK_LIVE_" + token[8..], token[..^1] + "i", token[..^1] + "\0",
            token[..^1] + "é", token[..8] + "u" + token[9..], token.ToUpperInvariant(), " " + token[1..],
        ];
        Assert.All(others, other => Assert.False(CredentialToken.HasForm(other)));
    }

    [Fact]
    public void A_tokens_hash_is_keyed_and_of_the_whole_token()
    {
        using var keys = new InstallationKeys(RandomNumberGenerator.GetBytes(32));
        using var otherKeys = new InstallationKeys(RandomNumberGenerator.GetBytes(32));
        var token = CredentialToken.New(ActorTypes.ApiKey);
        var hash = CredentialToken.Hash(keys, "acc_a", "key_1", token);
        Assert.Equal(hash, CredentialToken.Hash(keys, "acc_a", "key_1", token));
        Assert.NotEqual(hash, CredentialToken.Hash(otherKeys, "acc_a", "key_1", token));
        Assert.NotEqual(hash, CredentialToken.Hash(keys, "acc_b", "key_1", token));
        Assert.NotEqual(hash, CredentialToken.Hash(keys, "acc_a", "key_2", token));
        for (var place = 0; place < token.Length; place++)
        {
            var changed = token[..place] + (token[place] == 'a' ? 'b' : 'a') + token[(place + 1)..];
            Assert.NotEqual(hash, CredentialToken.Hash(keys, "acc_a", "key_1", changed));
        }
    }

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
    public void Reveals_of_one_id_in_another_workspace_or_of_another_kind_are_another_credentials()
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
    public void Failed_authentications_are_counted_together_for_a_64_of_IPv6(string first, string second, bool isOne)
    {
        using var rates = new RateLimits(new LimitSettings { FailedAuthenticationsPerMinute = 1 });
        rates.CountFailedAuthentication(first);
        var refusal = Record.Exception(() => rates.CountFailedAuthentication(second));
        Assert.Equal(isOne, refusal is RequestException { Code: ErrorCodes.RateLimited });
    }

    [Fact]
    public void More_than_a_minutes_allowance_takes_a_full_one()
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
    public void An_allowance_comes_back_at_the_rate_that_is_set(int perMinute)
    {
        var (tokens, period) = RateLimits.Refill(perMinute);
        Assert.InRange(tokens, 1, perMinute);
        Assert.InRange(period, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(1, tokens * (TimeSpan.FromMinutes(1) / period) / perMinute, 1e-6);
    }

    [Fact]
    public void Failed_authentications_are_limited_for_each_address_and_unknown_ones_together()
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
    public void Zero_is_off()
    {
        using var rates = new RateLimits(new LimitSettings { RevealsPerMinute = 0, FailedAuthenticationsPerMinute = 0 });
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(rates.TakeReveals(Caller("key_1"), 1_000));
            rates.CountFailedAuthentication("10.0.0.1");
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:4230", true)]
    [InlineData("http://127.8.9.1:80", true)]
    [InlineData("http://[::1]:4230", true)]
    [InlineData("http://localhost:4230", true)]
    [InlineData("http://LOCALHOST:4230", true)]
    [InlineData("https://0.0.0.0:443", true)]
    [InlineData("http://unix:/run/secronna.sock", true)]
    [InlineData("http://0.0.0.0:4230", false)]
    [InlineData("http://[::]:4230", false)]
    [InlineData("http://*:4230", false)]
    [InlineData("http://+:4230", false)]
    [InlineData("http://10.0.0.1:4230", false)]
    [InlineData("http://localhost.example.com:4230", false)]
    [InlineData("http://127.0.0.1.example.com:4230", false)]
    [InlineData("HTTP://0.0.0.0:4230", false)]
    [InlineData("nonsense", false)]
    public void Plain_HTTP_is_for_loopback_alone(string url, bool safe)
    {
        var none = new ConfigurationBuilder().Build();
        var refusal = Record.Exception(() => ListenAddresses.RequireSafe([url], none, new Settings()));
        Assert.Equal(safe, refusal is null);
        Assert.True(refusal is null or SettingsException);
        var endpoint = new ConfigurationBuilder().AddInMemoryCollection([new("Kestrel:Endpoints:A:Url", url)]).Build();
        Assert.Equal(safe, Record.Exception(() => ListenAddresses.RequireSafe([], endpoint, new Settings())) is null);
        if (url != "nonsense")
        {
            var settings = new Settings { Http = { AllowPlainHttp = true } };
            ListenAddresses.RequireSafe([url], none, settings);
        }
    }

    [Theory]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", false)]
    [InlineData("DOTNET_ForwardedHeaders_Enabled", "True", false)]
    [InlineData("ForwardedHeaders_Enabled", "TRUE", false)]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false", true)]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:0", true)]
    public void Addresses_that_a_sender_may_write_itself_are_refused(string name, string text, bool passes)
    {
        var refusal = Record.Exception(() => ListenAddresses.RequireNoForwarding(
            new ConfigurationBuilder().AddInMemoryCollection([new(name, text)]).Build()));
        Assert.Equal(passes, refusal is null);
        Assert.True(passes || (refusal is SettingsException && refusal.Message.StartsWith(name.ToUpperInvariant(), StringComparison.Ordinal)));
    }

    private static Caller Caller(string id) =>
        new(ActorTypes.ApiKey, id, "acc_a", null, Role.Admin, RequestOrigin.CommandLine);
}
