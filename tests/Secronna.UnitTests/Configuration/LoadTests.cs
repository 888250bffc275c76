using Microsoft.Extensions.Configuration;
using Secronna.Client;
using Secronna.Configuration;
using Xunit;

namespace Secronna.UnitTests.Configuration;

/// <summary>The first load of an environment as configuration.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly ConfigurationFixture fixture = new();

    [Fact]
    public void Secrets_become_configuration_and_two_underscores_or_hyphens_become_a_colon()
    {
        fixture.Server.Hold(("ConnectionStrings__Main", "a"), ("Mail--Host", "b"), ("A__B--C", "c"), ("PLAIN_KEY", "d"), ("Empty", ""));

        using var root = fixture.Build();

        Assert.Equal("a", root.GetConnectionString("Main"));
        Assert.Equal("b", root.GetSection("Mail")["Host"]);
        Assert.Equal("c", root["a:b:c"]);
        Assert.Equal("d", root["plain_key"]);
        Assert.Equal("", root["Empty"]);
        Assert.Equal(5, root.AsEnumerable().Count(pair => pair.Value is not null));
        Assert.Equal("/api/v1/projects/by-slug/web/environments/production/reveal", Assert.Single(fixture.Server.Paths));
        Assert.Equal("Information: Read 5 secrets of web/production", Assert.Single(fixture.Log));
    }

    [Fact]
    public void The_environment_takes_precedence_over_sources_that_were_added_before()
    {
        fixture.Server.Hold(("Mail__Host", "from the server"));
        var manager = new ConfigurationManager();
        manager["Mail:Host"] = "from before";

        manager.AddConfiguration(fixture.Build());

        Assert.Equal("from the server", manager["Mail:Host"]);
    }

    [Fact]
    public void Only_the_named_keys_are_requested()
    {
        fixture.Server.Hold(("A", "1"));

        using var root = fixture.Build(options => options.Keys = ["A"]);

        Assert.Equal("1", root["A"]);
        Assert.Equal("""{"keys":["A"]}""", fixture.Server.Body);
    }

    [Theory]
    [InlineData("A__B", "A--B")]
    [InlineData("Db__Host", "DB__HOST")]
    [InlineData("token", "TOKEN")]
    public void Two_secrets_with_the_same_configuration_key_are_an_error_that_names_both_and_no_value(string one, string other)
    {
        fixture.Server.Hold(("Fine", "value-0"), (one, "value-1"), (other, "value-2"));

        var error = Assert.Throws<InvalidDataException>(() => fixture.Build(options => options.Optional = true));

        Assert.Contains($" {one} and {other} ", error.Message, StringComparison.Ordinal);
        Assert.Contains("web/production", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("value-", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Loading_without_a_server_is_an_error_that_holds_no_token()
    {
        fixture.Server.IsDown = true;

        var error = Assert.Throws<SecronnaException>(() => fixture.Build());

        Assert.True(error.IsUnavailable);
        Assert.Contains("web/production", error.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ConfigurationFixture.Token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Optional_loading_without_a_server_gives_no_values_and_logs_a_warning()
    {
        fixture.Server.IsDown = true;

        using var root = fixture.Build(options => options.Optional = true);

        Assert.Empty(root.AsEnumerable());
        var line = Assert.Single(fixture.Log);
        Assert.StartsWith("Warning: Could not load web/production, which is optional; going on with 0 secrets: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(ConfigurationFixture.Token, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_an_error_even_where_the_environment_is_optional()
    {
        fixture.Server.Refusal = (404, "NOT_FOUND");

        var error = Assert.Throws<SecronnaException>(() => fixture.Build(options => options.Optional = true));

        Assert.Equal(("NOT_FOUND", 404, "req_1"), (error.Code, error.Status, error.RequestId));
        Assert.Contains("the server says why", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loading_fails_after_the_startup_timeout()
    {
        fixture.Server.Hangs = true;
        var start = Task.Run(() => fixture.Build());
        await fixture.Server.NextRequestAsync();

        fixture.Time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<SecronnaException>(() => start.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(error.IsUnavailable);
        Assert.Contains("startup timeout of 30 s", error.Message, StringComparison.Ordinal);
        await fixture.Server.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Optional_loading_gives_no_values_after_the_startup_timeout()
    {
        fixture.Server.Hangs = true;
        var start = Task.Run(() => fixture.Build(options => (options.Optional, options.StartupTimeout) = (true, TimeSpan.FromSeconds(5))));
        await fixture.Server.NextRequestAsync();

        fixture.Time.Advance(TimeSpan.FromSeconds(5));

        using var root = await start.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(root.AsEnumerable());
        Assert.Contains("startup timeout of 5 s", Assert.Single(fixture.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_options_are_refused_before_any_request()
    {
        Refused(options => options.Environment = null, "Environment");
        Refused(options => options.ReloadInterval = TimeSpan.Zero, "ReloadInterval");
        Refused(options => options.StartupTimeout = TimeSpan.FromSeconds(-1), "StartupTimeout");
        Refused(options => options.Token = ConfigurationFixture.Token, "Client");
        Assert.Throws<SecronnaException>(() => fixture.Build(options => options.Environment = "web"));
        Assert.Empty(fixture.Server.Paths);
    }

    public void Dispose() => fixture.Dispose();

    private void Refused(Action<SecronnaConfigurationOptions> configure, string named)
    {
        var error = Assert.Throws<ArgumentException>(() => fixture.Build(configure));
        Assert.StartsWith(named + " ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ConfigurationFixture.Token, error.Message, StringComparison.Ordinal);
    }
}
