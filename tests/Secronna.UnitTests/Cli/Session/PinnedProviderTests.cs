using System.Text.Json;
using Secronna.Cli.Commands.Auth;
using Secronna.Cli.Errors;
using Secronna.Cli.Session;
using Xunit;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>A server that names another provider than before is not believed without asking.</summary>
public sealed class PinnedProviderTests
{
    private static readonly PinnedProvider Pin = New();

    public static TheoryData<string, string, string, string?> Others => new()
    {
        { "https://evil.example", "cli", "openid", "x" },
        { "https://id.example", "other", "openid", "x" },
        { "https://id.example", "cli", "openid admin", "x" },
        { "https://id.example", "cli", "openid", "y" },
        { "https://id.example", "cli", "openid", null },
    };

    [Fact]
    public void The_same_sign_in_as_before_needs_no_answer() =>
        PinnedProviders.RequireAgreed("https://s.example", New(), Known("https://s.example"), isAnswered: false);

    [Theory]
    [MemberData(nameof(Others))]
    public void Another_sign_in_than_before_is_asked_about(string issuer, string client, string scope, string? audience)
    {
        Assert.SkipUnless(Console.IsInputRedirected, "a person could be asked here");
        var wanted = New(issuer, client, scope, audience);
        var refused = Assert.Throws<UsageException>(
            () => PinnedProviders.RequireAgreed("https://s.example", wanted, Known("https://s.example"), isAnswered: false));
        Assert.Contains(Pin.Describe(), refused.Message, StringComparison.Ordinal);
        Assert.Contains("--yes", refused.Message, StringComparison.Ordinal);
        PinnedProviders.RequireAgreed("https://s.example", wanted, Known("https://s.example"), isAnswered: true);
    }

    [Fact]
    public void A_server_that_wants_another_kind_of_token_is_asked_about_by_its_name()
    {
        Assert.SkipUnless(Console.IsInputRedirected, "a person could be asked here");
        var wanted = Pin with { TokenType = "id_token" };
        var refused = Assert.Throws<UsageException>(
            () => PinnedProviders.RequireAgreed("https://s.example", wanted, Known("https://s.example"), isAnswered: false));
        Assert.Contains("an ID token instead of an access token", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_ins_that_read_alike_are_not_the_same()
    {
        var two = Pin with { Params = new Dictionary<string, string> { ["audience"] = "x", ["resource"] = "y" } };
        var one = Pin with { Params = new Dictionary<string, string> { ["audience"] = "x, resource=y" } };
        Assert.Equal(two.Describe(), one.Describe());
        Assert.False(two.IsSameAs(one));
    }

    [Fact]
    public void A_file_that_names_no_kind_of_token_means_an_access_token()
    {
        var session = JsonSerializer.Deserialize(
            """{"server":"","pins":{"https://s.example":{"issuer":"https://id.example","clientId":"cli","scope":"openid","params":{"audience":"x"}}}}""",
            SessionJson.Default.SavedSession)!;
        Assert.True(session.Pins!["https://s.example"].IsSameAs(Pin));
    }

    [Fact]
    public void The_kind_of_token_is_kept_in_the_file()
    {
        var wanted = Pin with { TokenType = "id_token" };
        var json = JsonSerializer.Serialize(new SavedSession("", null, null) { Pins = new Dictionary<string, PinnedProvider> { ["s"] = wanted } }, SessionJson.Default.SavedSession);
        Assert.True(JsonSerializer.Deserialize(json, SessionJson.Default.SavedSession)!.Pins!["s"].IsSameAs(wanted));
    }

    [Fact]
    public void The_first_sign_in_is_asked_about()
    {
        Assert.SkipUnless(Console.IsInputRedirected, "a person could be asked here");
        Assert.Throws<UsageException>(() => PinnedProviders.RequireAgreed("https://s.example", Pin, Known("https://other.example"), isAnswered: false));
    }

    [Theory]
    [InlineData("https://id.example", "other", "x", true)]
    [InlineData("https://id.example/", "cli", "x", true)]
    [InlineData("https://id.example", "cli", "y", false)]
    [InlineData("https://id.example", "cli", null, false)]
    [InlineData("https://other.example", "cli", "x", false)]
    public void Tokens_of_one_issuer_and_audience_are_shared(string issuer, string client, string? audience, bool isShared) =>
        Assert.Equal(isShared, Pin.SharesTokensWith(New(issuer, client, "openid", audience)));

    [Theory]
    [InlineData("cli", true)]
    [InlineData("other", false)]
    public void Without_an_audience_tokens_of_one_client_are_shared(string client, bool isShared) =>
        Assert.Equal(isShared, New(audience: null).SharesTokensWith(New(client: client, audience: null)));

    [Theory]
    [InlineData("cli", "y", "id_token", true)]
    [InlineData("other", "x", "id_token", false)]
    [InlineData("other", "cli", "access_token", true)]
    [InlineData("cli", "x", "access_token", false)]
    public void An_ID_token_is_for_its_client(string client, string audience, string type, bool isShared) => Assert.Equal(
        isShared, (Pin with { TokenType = "id_token" }).SharesTokensWith(New(client: client, audience: audience) with { TokenType = type }));

    private static PinnedProvider New(
        string issuer = "https://id.example", string client = "cli", string scope = "openid", string? audience = "x") =>
        new(issuer, client, scope, audience is null ? new Dictionary<string, string>() : new() { ["audience"] = audience });

    private static Dictionary<string, PinnedProvider> Known(string server) => new() { [server] = Pin };
}
