using Microsoft.Extensions.Configuration;
using Secronna.Client;
using Secronna.Configuration;
using Xunit;

namespace Secronna.UnitTests.Configuration;

/// <summary>The first load of an environment as configuration.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly Arrangement it = new();

    [Fact]
    public void Secrets_are_configuration_with_two_underscores_or_hyphens_as_a_colon()
    {
        it.Server.Hold(("ConnectionStrings__Main", "a"), ("Mail--Host", "b"), ("A__B--C", "c"), ("PLAIN_KEY", "d"), ("Empty", ""));

        using var root = it.Build();

        Assert.Equal("a", root.GetConnectionString("Main"));
        Assert.Equal("b", root.GetSection("Mail")["Host"]);
        Assert.Equal("c", root["a:b:c"]);
        Assert.Equal("d", root["plain_key"]);
        Assert.Equal("", root["Empty"]);
        Assert.Equal(5, root.AsEnumerable().Count(pair => pair.Value is not null));
        Assert.Equal("/api/v1/projects/by-slug/web/environments/production/reveal", Assert.Single(it.Server.Paths));
        Assert.Equal("Information: Read 5 secrets of web/production", Assert.Single(it.Log));
    }

    [Fact]
    public void It_wins_over_what_was_added_before()
    {
        it.Server.Hold(("Mail__Host", "from the server"));
        var manager = new ConfigurationManager();
        manager["Mail:Host"] = "from before";

        manager.AddConfiguration(it.Build());

        Assert.Equal("from the server", manager["Mail:Host"]);
    }

    [Fact]
    public void Only_the_keys_that_are_named_are_asked_for()
    {
        it.Server.Hold(("A", "1"));

        using var root = it.Build(options => options.Keys = ["A"]);

        Assert.Equal("1", root["A"]);
        Assert.Equal("""{"keys":["A"]}""", it.Server.Body);
    }

    [Theory]
    [InlineData("A__B", "A--B")]
    [InlineData("Db__Host", "DB__HOST")]
    [InlineData("token", "TOKEN")]
    public void Two_secrets_that_become_one_key_are_an_error_that_names_both_and_no_value(string one, string other)
    {
        it.Server.Hold(("Fine", "value-0"), (one, "value-1"), (other, "value-2"));

        var error = Assert.Throws<InvalidDataException>(() => it.Build(options => options.Optional = true));

        Assert.Contains($" {one} and {other} ", error.Message, StringComparison.Ordinal);
        Assert.Contains("web/production", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("value-", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_without_a_server_is_an_error_that_holds_no_token()
    {
        it.Server.IsDown = true;

        var error = Assert.Throws<SecronnaException>(() => it.Build());

        Assert.True(error.IsUnavailable);
        Assert.Contains("web/production", error.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Arrangement.Token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_optional_start_without_a_server_gives_no_values_and_says_so()
    {
        it.Server.IsDown = true;

        using var root = it.Build(options => options.Optional = true);

        Assert.Empty(root.AsEnumerable());
        var line = Assert.Single(it.Log);
        Assert.StartsWith("Warning: Going on with 0 secrets of web/production, which is optional: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Arrangement.Token, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_an_error_also_where_it_is_optional()
    {
        it.Server.Refusal = (404, "NOT_FOUND");

        var error = Assert.Throws<SecronnaException>(() => it.Build(options => options.Optional = true));

        Assert.Equal(("NOT_FOUND", 404, "req_1"), (error.Code, error.Status, error.RequestId));
        Assert.Contains("the server says why", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_takes_no_longer_than_its_timeout()
    {
        it.Server.Hangs = true;
        var start = Task.Run(() => it.Build());
        await it.Server.NextRequestAsync();

        it.Time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<SecronnaException>(() => start.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(error.IsUnavailable);
        Assert.Contains("startup timeout of 30 s", error.Message, StringComparison.Ordinal);
        await it.Server.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_optional_start_goes_on_after_the_timeout()
    {
        it.Server.Hangs = true;
        var start = Task.Run(() => it.Build(options => (options.Optional, options.StartupTimeout) = (true, TimeSpan.FromSeconds(5))));
        await it.Server.NextRequestAsync();

        it.Time.Advance(TimeSpan.FromSeconds(5));

        using var root = await start.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(root.AsEnumerable());
        Assert.Contains("startup timeout of 5 s", Assert.Single(it.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_can_not_be_are_refused_before_anything_is_asked()
    {
        Refused(options => options.Environment = null, "Environment");
        Refused(options => options.ReloadInterval = TimeSpan.Zero, "ReloadInterval");
        Refused(options => options.StartupTimeout = TimeSpan.FromSeconds(-1), "StartupTimeout");
        Refused(options => options.Token = Arrangement.Token, "Client");
        Assert.Throws<SecronnaException>(() => it.Build(options => options.Environment = "web"));
        Assert.Empty(it.Server.Paths);
    }

    public void Dispose() => it.Dispose();

    private void Refused(Action<SecronnaConfigurationOptions> configure, string named)
    {
        var error = Assert.Throws<ArgumentException>(() => it.Build(configure));
        Assert.StartsWith(named + " ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Arrangement.Token, error.Message, StringComparison.Ordinal);
    }
}
