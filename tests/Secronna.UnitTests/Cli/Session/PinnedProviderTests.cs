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

    private static PinnedProvider New(
        string issuer = "https://id.example", string client = "cli", string scope = "openid", string? audience = "x") =>
        new(issuer, client, scope, audience is null ? new Dictionary<string, string>() : new() { ["audience"] = audience });

    private static Dictionary<string, PinnedProvider> Known(string server) => new() { [server] = Pin };
}
