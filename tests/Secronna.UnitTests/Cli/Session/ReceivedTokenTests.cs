using System.Buffers.Text;
using System.Text;
using Secronna.Cli.Session;
using Secronna.Client;
using Xunit;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>A token that no server can accept is not kept as a session.</summary>
public sealed class ReceivedTokenTests
{
    private static readonly ProviderClient ForAudience = new("cli")
    {
        Parameters = new Dictionary<string, string> { ["audience"] = "https://secrets.example" },
    };

    /// <summary>A token with this payload and no valid signature.</summary>
    public static string Token(string payload) => $"{Encode("{\"alg\":\"RS256\"}")}.{Encode(payload)}.{Encode("signature")}";

    [Theory]
    [InlineData("""{"aud":"https://secrets.example"}""")]
    [InlineData("""{"aud":["https://id.example/userinfo","https://secrets.example"]}""")]
    public void A_token_for_the_audience_is_kept(string payload) => ReceivedToken.Require(Token(payload), ForAudience, "https://id.example");

    [Fact]
    public void Where_no_audience_is_known_any_is_kept() => ReceivedToken.Require(Token("{}"), new ProviderClient("cli"), "https://id.example");

    [Theory]
    [InlineData("""{"aud":"https://other.example"}""", "https://other.example")]
    [InlineData("""{"aud":[]}""", "no audience")]
    [InlineData("""{"aud":7}""", "no audience")]
    [InlineData("{}", "no audience")]
    public void A_token_for_another_audience_is_an_error_that_names_it(string payload, string named)
    {
        var error = Assert.Throws<SecronnaException>(() => ReceivedToken.Require(Token(payload), ForAudience, "https://id.example"));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("https://secrets.example", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ID_token_is_for_the_client()
    {
        var client = new ProviderClient("cli", TokenType: "id_token");
        ReceivedToken.Require(Token("""{"aud":"cli"}"""), client, "https://id.example");
        Assert.Throws<SecronnaException>(() => ReceivedToken.Require(Token("""{"aud":"web"}"""), client, "https://id.example"));
    }

    [Theory]
    [InlineData("ya29.a0AfH6SMBx")]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("e30.W10.e30")]
    [InlineData("e30.!!.e30")]
    public void An_opaque_token_is_an_error(string token) => Assert.Contains(
        "opaque", Assert.Throws<SecronnaException>(() => ReceivedToken.Require(token, ForAudience, "https://id.example")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_encrypted_token_is_an_error() => Assert.Contains(
        "encrypted", Assert.Throws<SecronnaException>(() => ReceivedToken.Require("a.b.c.d.e", ForAudience, "https://id.example")).Message, StringComparison.Ordinal);

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
