using System.Net;
using Secronna.Cli.Session;
using Secronna.Client;
using Xunit;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>Signing in by a device code (RFC 8628), with every kind of answer from the provider.</summary>
public sealed class DeviceFlowTests : IDisposable
{
    private readonly HurriedTime time = new();
    private readonly ScriptedProvider provider = new();

    public void Dispose() => provider.Dispose();

    [Fact]
    public async Task The_sign_in_polls_at_the_interval_until_the_person_has_allowed_it()
    {
        provider.ThenRefuses("authorization_pending").ThenRefuses("authorization_pending").Then(ScriptedProvider.Tokens("token"));

        var signIn = await SignInAsync();

        Assert.Equal([5, 5, 5], time.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal(new SignIn(ScriptedProvider.Issuer, "cli", "token", time.GetUtcNow().AddSeconds(300), "next"), signIn);
        Assert.All(provider.Forms, form => Assert.Contains("device_code=dev", form, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sign_in_slows_down_when_the_provider_says_so_and_stays_slow()
    {
        provider.ThenRefuses("slow_down").ThenRefuses("authorization_pending").ThenRefuses("slow_down").Then(ScriptedProvider.Tokens("token"));

        await SignInAsync();

        Assert.Equal([5, 10, 10, 15], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task The_sign_in_polls_less_and_less_often_while_the_provider_is_away()
    {
        provider.ThenBreaks().Then("<html>", HttpStatusCode.BadGateway).Then(ScriptedProvider.Tokens("token"));

        await SignInAsync();

        Assert.Equal([5, 10, 20], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData("access_denied", "denied")]
    [InlineData("expired_token", "expired")]
    [InlineData("invalid_client", "invalid_client")]
    public async Task The_sign_in_ends_when_the_provider_refuses(string error, string said)
    {
        provider.ThenRefuses(error);

        var refused = await Assert.ThrowsAsync<SecronnaException>(SignInAsync);

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Single(provider.Forms);
    }

    [Fact]
    public async Task The_sign_in_ends_when_the_code_expires_even_if_the_provider_does_not_say_so()
    {
        for (var i = 0; i < 30; i++)
        {
            provider.ThenRefuses("authorization_pending");
        }

        var ended = await Assert.ThrowsAsync<SecronnaException>(SignInAsync);

        Assert.Contains("expired", ended.Message, StringComparison.Ordinal);
        Assert.Equal(23, provider.Forms.Count);
    }

    [Theory]
    [InlineData("http://id.example/token")]
    [InlineData("http://127.0.0.1.example/token")]
    public async Task No_token_is_requested_over_plain_http(string endpoint)
    {
        using var unsafely = new ScriptedProvider { TokenEndpoint = endpoint };
        using var http = new HttpClient(unsafely);
        var found = await IdentityProvider.DiscoverAsync(http, ScriptedProvider.Issuer, isInsecure: false, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<SecronnaException>(() => found.PollDeviceAsync("cli", "dev", TestContext.Current.CancellationToken));

        Assert.Contains("https://", refused.Message, StringComparison.Ordinal);
        Assert.Empty(unsafely.Forms);
    }

    [Theory]
    [InlineData("http://id.example", ScriptedProvider.Issuer)]
    [InlineData(ScriptedProvider.Issuer, "https://other.example")]
    public async Task A_provider_whose_identity_is_not_certain_is_not_used(string issuer, string inDocument)
    {
        using var other = new ScriptedProvider { DocumentIssuer = inDocument };
        using var http = new HttpClient(other);

        await Assert.ThrowsAsync<SecronnaException>(
            () => IdentityProvider.DiscoverAsync(http, issuer, isInsecure: false, TestContext.Current.CancellationToken));
    }

    private async Task<SignIn> SignInAsync()
    {
        using var http = new HttpClient(provider, disposeHandler: false);
        var cancellation = TestContext.Current.CancellationToken;
        var found = await IdentityProvider.DiscoverAsync(http, ScriptedProvider.Issuer, isInsecure: false, cancellation);
        using var device = await found.BeginDeviceAsync("cli", "openid", cancellation);
        return await new DeviceFlow(found, "cli", time).WaitAsync(device, cancellation);
    }
}
