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

    [Fact]
    public async Task The_interval_is_five_seconds_where_the_provider_names_none()
    {
        using var silent = new ScriptedProvider { Device = """{"device_code":"dev","user_code":"A","verification_url":"https://id.example/go"}""" };
        silent.ThenRefuses("slow_down").Then(ScriptedProvider.Tokens("token"));

        await SignInAsync(silent, new ProviderClient("cli"));

        Assert.Equal([5, 10], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task Parameters_and_the_secret_of_the_client_are_sent()
    {
        provider.Then(ScriptedProvider.Tokens("token"));
        var client = new ProviderClient("cli", "known to all")
        {
            Parameters = new Dictionary<string, string> { ["audience"] = "https://secrets.example" },
        };

        var signIn = await SignInAsync(provider, client);

        Assert.Contains("audience=https%3A%2F%2Fsecrets.example", Assert.Single(provider.DeviceForms), StringComparison.Ordinal);
        Assert.All(provider.DeviceForms.Concat(provider.Forms), form => Assert.Contains("client_secret=known", form, StringComparison.Ordinal));
        Assert.DoesNotContain("audience", Assert.Single(provider.Forms), StringComparison.Ordinal);
        Assert.Equal(("known to all", "https://secrets.example"), (signIn.ClientSecret, signIn.Audience));
    }

    [Fact]
    public async Task The_ID_token_is_taken_where_the_server_wants_it_and_expires_by_its_own_claim()
    {
        var expiry = DateTimeOffset.UnixEpoch.AddSeconds(4_000_000_000);
        var id = ReceivedTokenTests.Token("""{"aud":"cli","exp":4000000000}""");
        provider.Then(ScriptedProvider.Tokens("token", id: id));

        var signIn = await SignInAsync(provider, new ProviderClient("cli", TokenType: "id_token"));

        Assert.Equal((id, expiry, "id_token"), (signIn.AccessToken, signIn.ExpiresAt, signIn.TokenType));
    }

    [Fact]
    public async Task An_answer_without_the_ID_token_that_the_server_wants_is_an_error()
    {
        provider.Then(ScriptedProvider.Tokens("token"));

        var refused = await Assert.ThrowsAsync<SecronnaException>(() => SignInAsync(provider, new ProviderClient("cli", TokenType: "id_token")));

        Assert.Contains("no ID token", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"verification_uri\":\"https://id.example/go\"", "https://id.example/go", "https://id.example/go")]
    [InlineData("\"verification_url\":\"https://id.example/go\"", "https://id.example/go", "https://id.example/go")]
    [InlineData(
        "\"verification_uri\":\"https://id.example/go\",\"verification_uri_complete\":\"https://id.example/go?c=A\"",
        "https://id.example/go", "https://id.example/go?c=A")]
    [InlineData("\"verification_uri\":\"http://127.0.0.1:1/go\"", "http://127.0.0.1:1/go", "http://127.0.0.1:1/go")]
    public async Task The_address_for_the_code_is_found(string json, string address, string withCode)
    {
        var found = await AddressesAsync(json);
        Assert.Equal((address, withCode), (found.Address.AbsoluteUri, found.WithCode.AbsoluteUri));
    }

    [Theory]
    [InlineData("\"x\":1")]
    [InlineData("\"verification_uri\":\"http://id.example/go\"")]
    [InlineData("\"verification_uri\":\"javascript:alert(1)\"")]
    [InlineData("\"verification_uri\":\"file:///etc/passwd\"")]
    [InlineData("\"verification_uri\":\"-x\"")]
    [InlineData("\"verification_uri\":\"https://\"")]
    [InlineData("\"verification_uri\":\"https://id.example/go\",\"verification_uri_complete\":\"calculator://x\"")]
    public async Task An_address_that_is_not_https_is_neither_shown_nor_opened(string json) =>
        await Assert.ThrowsAsync<SecronnaException>(() => AddressesAsync(json));

    [Theory]
    [InlineData("https://id.example/g\u00f6", "https://id.example/g%C3%B6")]
    [InlineData("https://\u0430pple.example/", "https://xn--pple-43d.example/")]
    [InlineData("https://id.example/\u202ego", "https://id.example/%E2%80%AEgo")]
    public void An_address_is_shown_escaped(string address, string shown) => Assert.Equal(shown, ServerAddress.Shown(new Uri(address)));

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

        var refused = await Assert.ThrowsAsync<SecronnaException>(() => found.PollDeviceAsync(new ProviderClient("cli"), "dev", TestContext.Current.CancellationToken));

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

    private Task<SignIn> SignInAsync() => SignInAsync(provider, new ProviderClient("cli"));

    private async Task<SignIn> SignInAsync(ScriptedProvider scripted, ProviderClient client)
    {
        using var http = new HttpClient(scripted, disposeHandler: false);
        var cancellation = TestContext.Current.CancellationToken;
        var found = await IdentityProvider.DiscoverAsync(http, ScriptedProvider.Issuer, isInsecure: false, cancellation);
        using var device = await found.BeginDeviceAsync(client, "openid", cancellation);
        return await new DeviceFlow(found, client, time).WaitAsync(device, cancellation);
    }

    private static async Task<(Uri Address, Uri WithCode)> AddressesAsync(string json)
    {
        using var scripted = new ScriptedProvider { Device = $$"""{"device_code":"dev","user_code":"A",{{json}}}""" };
        using var http = new HttpClient(scripted, disposeHandler: false);
        var cancellation = TestContext.Current.CancellationToken;
        var found = await IdentityProvider.DiscoverAsync(http, ScriptedProvider.Issuer, isInsecure: false, cancellation);
        using var device = await found.BeginDeviceAsync(new ProviderClient("cli"), "openid", cancellation);
        return DeviceAddresses.Of(device, ScriptedProvider.Issuer, isInsecure: false);
    }
}
