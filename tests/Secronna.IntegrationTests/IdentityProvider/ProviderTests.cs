using System.Net;
using Microsoft.Extensions.Time.Testing;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Flows;
using Secronna.IdentityProvider.People;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.IdentityProvider;

/// <summary>
/// The test identity provider, which stands in for Huudis, follows OpenID Connect, so that tests may rely on it.
/// </summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class ProviderTests : IAsyncLifetime
{
    private static readonly Person Ada = new("usr_ada", "acc_alpha", "ada@alpha.example", "Ada", "owner", MfaVerified: true);
    private static readonly CodeRequest Code = new() { RedirectUri = new Uri("http://127.0.0.1:50321/callback") };

    private readonly FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private TestIdentityProvider provider = null!;

    private ProviderClient Client => provider.Client;

    public async ValueTask InitializeAsync() =>
        provider = await TestIdentityProvider.StartAsync(new ProviderOptions { People = [Ada], TimeProvider = clock });

    public ValueTask DisposeAsync() => provider.DisposeAsync();

    [Fact]
    public async Task An_access_token_has_the_claims_of_the_person_and_the_header_of_an_access_token()
    {
        var token = await provider.TokenAsync(Ada);

        var (header, claims) = DecodedToken.Of(token);
        Assert.Equal("at+jwt", (string?)header["typ"]);
        Assert.Equal("ES256", (string?)header["alg"]);
        Assert.Equal(provider.CurrentKey.Kid, (string?)header["kid"]);
        Assert.Equal(provider.Issuer, (string?)claims["iss"]);
        Assert.Equal("secronna", (string?)claims["aud"]);
        Assert.Equal(ProviderClient.DefaultScope, (string?)claims["scope"]);
        Assert.Equal(1_800_000_000, (long?)claims["iat"]);
        Assert.Equal(1_800_000_300, (long?)claims["exp"]);
        Assert.Equal("usr_ada", (string?)claims["sub"]);
        Assert.Equal("acc_alpha", (string?)claims["accountId"]);
        Assert.Equal("user", (string?)claims["identityType"]);
        Assert.Equal("ada@alpha.example", (string?)claims["email"]);
        Assert.Equal("Ada", (string?)claims["name"]);
        Assert.Equal("owner", (string?)claims["role"]);
        Assert.True((bool?)claims["mfaVerified"]);
        Assert.True(await DecodedToken.IsSignedAsync(provider, token));
    }

    [Fact]
    public async Task A_token_lacks_the_claims_that_a_person_lacks_and_has_the_chosen_audience()
    {
        var token = await provider.TokenAsync(new Person("usr_bare", null, null, null), audience: "other secronna-cli");

        var claims = DecodedToken.Of(token).Claims;
        Assert.Equal(["other", "secronna-cli"], claims["aud"]!.AsArray().Select(audience => (string)audience!));
        Assert.All(
            ["accountId", "email", "name", "role", "mfaVerified"],
            (string name) => Assert.False(claims.ContainsKey(name)));
    }

    [Fact]
    public async Task A_service_account_gets_a_token_for_its_own_credentials()
    {
        var claims = DecodedToken.Of(await provider.TokenAsync(ServiceAccount.Deployer)).Claims;

        Assert.Equal("service_account", (string?)claims["identityType"]);
        Assert.Equal("sva_deployer", (string?)claims["sub"]);
        var wrong = await Client.ClientCredentialsAsync(ServiceAccount.Deployer with { Secret = "wrong" });
        Assert.Equal("invalid_client", wrong.Error);
    }

    [Fact]
    public async Task A_device_gets_tokens_once_the_person_has_allowed_it()
    {
        var device = await Client.BeginDeviceAsync();
        Assert.Equal(5, device.Interval);
        Assert.Equal(600, device.ExpiresIn);
        Assert.Equal($"{provider.Issuer}/device?user_code={device.UserCode}", device.VerificationUriComplete?.OriginalString);
        Assert.Equal("authorization_pending", (await Client.PollAsync(device)).Error);
        Assert.False(await Client.DecideAsync("BBBB-BBBB", Ada));

        Assert.True(await Client.DecideAsync(device.UserCode, Ada));

        clock.Advance(TimeSpan.FromSeconds(5));
        var answer = await Client.PollAsync(device);
        Assert.Equal("usr_ada", (string?)DecodedToken.Of(answer.AccessToken).Claims["sub"]);
        Assert.NotNull(answer.RefreshToken);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("invalid_grant", (await Client.PollAsync(device)).Error);
    }

    [Fact]
    public async Task A_device_that_polls_too_fast_must_wait_five_seconds_longer_each_time()
    {
        var device = await Client.BeginDeviceAsync();
        await Client.PollAsync(device);
        await Client.DecideAsync(device.UserCode, Ada);

        clock.Advance(TimeSpan.FromSeconds(4));
        var tooFast = await Client.PollAsync(device);
        clock.Advance(TimeSpan.FromSeconds(9));
        var stillTooFast = await Client.PollAsync(device);
        clock.Advance(TimeSpan.FromSeconds(15));
        var slow = await Client.PollAsync(device);

        Assert.Equal(HttpStatusCode.BadRequest, tooFast.Status);
        Assert.Equal("slow_down", tooFast.Error);
        Assert.Equal("slow_down", stillTooFast.Error);
        Assert.NotNull(slow.AccessToken);
    }

    [Fact]
    public async Task A_device_is_told_that_it_was_denied_or_that_its_code_expired()
    {
        var denied = await Client.BeginDeviceAsync();
        var late = await Client.BeginDeviceAsync();

        Assert.True(await Client.DecideAsync(denied.UserCode, Ada, allow: false));
        Assert.Equal("access_denied", (await Client.PollAsync(denied)).Error);

        clock.Advance(TimeSpan.FromSeconds(601));
        Assert.Equal("expired_token", (await Client.PollAsync(late)).Error);
        Assert.False(await Client.DecideAsync(late.UserCode, Ada));
    }

    [Fact]
    public async Task A_refresh_token_works_once_and_gives_current_claims()
    {
        var first = await provider.DeviceFlowAsync(Ada);
        provider.People.Put(Ada with { Role = "viewer" });
        provider.Rotate(keepOld: false);

        var second = await Client.RefreshAsync(first.RefreshToken!);

        Assert.Equal("viewer", (string?)DecodedToken.Of(second.AccessToken).Claims["role"]);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Assert.Equal("invalid_grant", (await Client.RefreshAsync(first.RefreshToken!)).Error);
    }

    [Fact]
    public async Task A_refresh_is_refused_if_the_token_was_revoked_or_the_person_removed()
    {
        var revoked = await provider.DeviceFlowAsync(Ada);
        await Client.RevokeAsync(revoked.RefreshToken!);
        Assert.Equal("invalid_grant", (await Client.RefreshAsync(revoked.RefreshToken!)).Error);

        var removed = await provider.DeviceFlowAsync(Ada);
        provider.People.Remove(Ada.Sub);
        Assert.Equal("invalid_grant", (await Client.RefreshAsync(removed.RefreshToken!)).Error);
    }

    [Fact]
    public async Task The_code_flow_with_PKCE_gives_tokens_only_to_the_holder_of_the_verifier()
    {
        var request = Code with { State = "state", Nonce = "nonce" };
        var redirect = await Client.AuthorizeAsync(request, Ada);
        Assert.StartsWith("http://127.0.0.1:50321/callback?", redirect.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal("state", redirect.State);
        Assert.Equal(provider.Issuer, redirect.Issuer);

        var thief = await Client.RedeemAsync(request with { Verifier = CodeRequest.NewVerifier() }, redirect.Code!);
        var answer = await Client.RedeemAsync(request, redirect.Code!);

        Assert.Equal("invalid_grant", thief.Error);
        var id = DecodedToken.Of(answer.OrThrow().IdToken).Claims;
        Assert.Equal("nonce", (string?)id["nonce"]);
        Assert.Equal("secronna-cli", (string?)id["aud"]);
        Assert.NotNull((string?)id["at_hash"]);
        Assert.Equal("usr_ada", (string?)DecodedToken.Of(answer.AccessToken).Claims["sub"]);
    }

    [Fact]
    public async Task The_code_flow_refuses_a_request_without_PKCE_a_foreign_redirect_or_a_denied_person()
    {
        var bare = await Client.AuthorizeAsync(Code with { Verifier = null }, Ada);
        var plain = await Client.AuthorizeAsync(Code with { ChallengeMethod = "plain" }, Ada);
        var strange = await Client.AuthorizeAsync(Code with { RedirectUri = new Uri("http://evil.example/callback") }, Ada);
        var denied = await Client.AuthorizeAsync(Code, Ada, allow: false);

        Assert.Equal("invalid_request", bare.Error);
        Assert.Equal("invalid_request", plain.Error);
        Assert.Equal("invalid_request", strange.Error);
        Assert.Null(strange.Location);
        Assert.Equal("access_denied", denied.Error);
        Assert.NotNull(denied.Location);
    }

    [Fact]
    public async Task Userinfo_names_the_person_of_the_token()
    {
        var claims = await Client.UserInfoAsync(await provider.TokenAsync(Ada));

        Assert.Equal("usr_ada", (string?)claims?["sub"]);
        Assert.Equal("acc_alpha", (string?)claims?["accountId"]);
        Assert.Null(await Client.UserInfoAsync("nonsense"));
    }
}
