using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.IdentityProvider;

/// <summary>
/// The test identity provider's key rotations, forged tokens and faults behave as the tests of the server assume.
/// </summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class ProviderKeysTests : IAsyncLifetime
{
    private static readonly Person Ada = new("usr_ada", "acc_alpha", "ada@alpha.example", "Ada", "owner", MfaVerified: true);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestIdentityProvider provider = null!;

    public async ValueTask InitializeAsync() => provider = await TestIdentityProvider.StartAsync();

    public ValueTask DisposeAsync() => provider.DisposeAsync();

    [Fact]
    public async Task A_rotation_that_keeps_the_old_key_leaves_old_tokens_valid()
    {
        var old = await provider.TokenAsync(Ada);

        var next = provider.Rotate(keepOld: true, SigningAlgorithm.RS256);
        var current = await provider.TokenAsync(Ada);

        Assert.Equal(next.Kid, (string?)DecodedToken.Of(current).Header["kid"]);
        Assert.Equal("RS256", (string?)DecodedToken.Of(current).Header["alg"]);
        Assert.Equal(2, (await provider.Client.JwksAsync())["keys"]!.AsArray().Count);
        Assert.True(await DecodedToken.IsSignedAsync(provider, old));
        Assert.True(await DecodedToken.IsSignedAsync(provider, current));

        provider.WithdrawOldKeys();
        Assert.False(await DecodedToken.IsSignedAsync(provider, old));
    }

    [Fact]
    public async Task A_rotation_that_withdraws_the_old_key_makes_old_tokens_invalid()
    {
        var old = await provider.TokenAsync(Ada);

        provider.Rotate(keepOld: false);

        var key = Assert.Single((await provider.Client.JwksAsync())["keys"]!.AsArray());
        Assert.Equal(provider.CurrentKey.Kid, (string?)key!["kid"]);
        Assert.False(await DecodedToken.IsSignedAsync(provider, old));
        Assert.True(await DecodedToken.IsSignedAsync(provider, await provider.TokenAsync(Ada)));
    }

    [Theory]
    [InlineData(SigningAlgorithm.ES256)]
    [InlineData(SigningAlgorithm.RS256)]
    public async Task A_forged_token_is_signed_as_the_provider_signs_tokens(SigningAlgorithm algorithm)
    {
        provider.Rotate(keepOld: false, algorithm);
        var claims = provider.Forge.ClaimsOf(Ada);
        const string Twice = """{"sub":"a","sub":"b"}""";

        Assert.True(await DecodedToken.IsSignedAsync(provider, provider.Forge.Sign(claims)));
        Assert.Equal(Twice, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(provider.Forge.Sign(Twice).Split('.')[1])));
        claims["iss"] = "http://elsewhere.example";
        Assert.False(await DecodedToken.IsSignedAsync(provider, provider.Forge.Sign(claims)));
    }

    [Fact]
    public async Task A_token_forged_without_the_key_of_the_provider_does_not_verify()
    {
        var claims = provider.Forge.ClaimsOf(Ada).ToJsonString();
        var header = TokenForge.HeaderOf(provider.CurrentKey);
        var direct = SigningKey.Create(kid: provider.CurrentKey.Kid);

        string[] forgeries =
        [
            provider.Forge.Sign(claims, key: direct),
            TokenForge.SignHmac("""{"alg":"HS256","typ":"at+jwt"}""", claims, provider.CurrentKey.PublicSpki),
            TokenForge.SignNone("""{"alg":"none","typ":"at+jwt"}""", claims),
            TokenForge.SignZero(header, claims),
            TokenForge.Assemble(header, claims, provider.CurrentKey.SignDer),
        ];

        foreach (var forgery in forgeries)
        {
            Assert.False(await DecodedToken.IsSignedAsync(provider, forgery));
        }
    }

    [Fact]
    public async Task A_forged_token_has_the_claims_of_a_real_one()
    {
        var real = DecodedToken.Of(await provider.TokenAsync(Ada));

        var forged = DecodedToken.Of(provider.Forge.Sign(provider.Forge.ClaimsOf(Ada)));

        Assert.True(JsonNode.DeepEquals(real.Header, forged.Header));
        var own = real.Claims.Select(claim => claim.Key).Where(name => !name.StartsWith("oi_", StringComparison.Ordinal));
        Assert.Equal(own.Order(), forged.Claims.Select(claim => claim.Key).Order());
        Assert.All(
            ["iss", "aud", "sub", "accountId", "role", "mfaVerified", "client_id"],
            (string name) => Assert.True(JsonNode.DeepEquals(real.Claims[name], forged.Claims[name]), name));
    }

    [Fact]
    public async Task The_issuer_ends_with_a_slash_only_if_the_options_say_so()
    {
        await using var slashed = await TestIdentityProvider.StartAsync(new ProviderOptions { IssuerEndsWithSlash = true });

        foreach (var instance in new[] { provider, slashed })
        {
            Assert.Equal(instance == slashed, instance.Issuer.EndsWith('/'));
            Assert.Equal(instance.Issuer, (string?)(await instance.Client.DiscoveryAsync())["issuer"]);
            Assert.Equal(instance.Issuer, (string?)DecodedToken.Of((await instance.CodeFlowAsync(Ada)).AccessToken).Claims["iss"]);
        }
    }

    [Fact]
    public async Task A_provider_that_was_down_comes_back_unchanged()
    {
        var tokens = await provider.DeviceFlowAsync(Ada);

        await provider.GoDownAsync();
        await Assert.ThrowsAsync<HttpRequestException>(provider.Client.JwksAsync);
        await provider.ComeBackAsync();

        Assert.True(await DecodedToken.IsSignedAsync(provider, tokens.AccessToken));
        Assert.NotNull((await provider.Client.RefreshAsync(tokens.RefreshToken!)).AccessToken);
    }

    [Fact]
    public async Task Documents_can_hang_or_be_unavailable_or_be_rewritten()
    {
        provider.Faults.Hang();
        var hanging = provider.Client.JwksAsync();
        await provider.Faults.Hanging.WaitAsync(Patience);
        Assert.False(hanging.IsCompleted);
        provider.Faults.Release();
        Assert.True((await hanging).ContainsKey("keys"));

        provider.Faults.Unavailable = true;
        var refused = await Assert.ThrowsAsync<HttpRequestException>(provider.Client.DiscoveryAsync);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        provider.Faults.Unavailable = false;

        provider.Faults.RewriteDiscovery = real =>
            real.Replace(provider.Issuer, "http://elsewhere.example", StringComparison.Ordinal);
        Assert.Equal("http://elsewhere.example", (string?)(await provider.Client.DiscoveryAsync())["issuer"]);
        Assert.Equal(2, provider.Faults.DiscoveryRequests);
        Assert.Equal(1, provider.Faults.JwksRequests);
    }

    [Fact]
    public async Task A_provider_can_go_down_while_a_request_hangs()
    {
        provider.Faults.Hang();
        var hanging = provider.Client.DiscoveryAsync();
        await provider.Faults.Hanging.WaitAsync(Patience);

        await provider.GoDownAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => hanging);
        await provider.ComeBackAsync();
        provider.Faults.Release();
        Assert.True((await provider.Client.DiscoveryAsync()).ContainsKey("issuer"));
    }

    [Fact]
    public async Task Tokens_of_many_people_at_once_are_valid_while_keys_rotate()
    {
        var people = Enumerable.Range(0, 24).Select(number => Ada with { Sub = $"usr_{number}" });
        var tokens = people.Select(person => Task.Run(() => provider.TokenAsync(person)));
        var rotations = Enumerable.Range(0, 4).Select(_ => Task.Run(() => provider.Rotate(keepOld: true)));

        var all = Task.WhenAll(tokens);
        await Task.WhenAll(rotations);

        foreach (var token in await all)
        {
            Assert.True(await DecodedToken.IsSignedAsync(provider, token));
        }

        Assert.Equal(5, provider.PublishedKeys.Count);
    }
}
