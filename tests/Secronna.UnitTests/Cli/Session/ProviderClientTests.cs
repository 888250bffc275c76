using Secronna.Cli.Errors;
using Secronna.Cli.Session;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>A server says which client to sign in with, within limits.</summary>
public sealed class ProviderClientTests
{
    [Theory]
    [InlineData("client_id")]
    [InlineData("scope")]
    [InlineData("Redirect_Uri")]
    [InlineData("response_mode")]
    [InlineData("state")]
    [InlineData("nonce")]
    [InlineData("code_challenge_method")]
    [InlineData("request_uri")]
    public void A_server_cannot_set_what_the_sign_in_itself_sets(string name)
    {
        var refused = Assert.Throws<CliException>(() => ProviderClient.Of(From(parameters: new() { ["audience"] = "x", [name] = "x" }), "cli"));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_sets_other_parameters_and_the_kind_of_token()
    {
        var client = ProviderClient.Of(From("id_token", new() { ["audience"] = "x" }), "cli");

        Assert.True(client.WantsIdToken);
        Assert.Equal("x", client.Parameters["audience"]);
        Assert.False(ProviderClient.Of(From(null), "cli").WantsIdToken);
        Assert.Throws<CliException>(() => ProviderClient.Of(From("refresh_token"), "cli"));
    }

    [Fact]
    public void The_secret_is_sent_only_for_the_client_that_the_server_names()
    {
        Assert.Equal("s", ProviderClient.Of(From(), "cli").Secret);
        Assert.Null(ProviderClient.Of(From(), "another").Secret);
    }

    private static AuthConfigResponse From(string? tokenType = "access_token", Dictionary<string, string>? parameters = null) =>
        new("https://id.example", "cli", null, ["openid"], tokenType, parameters, "s");
}
