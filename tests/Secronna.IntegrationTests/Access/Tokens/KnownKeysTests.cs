using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Access.Tokens;
using Xunit;

namespace Secronna.IntegrationTests.Access.Tokens;

/// <summary>
/// The server fetches the provider's keys seldom and never twice at once, and known keys go on working while the provider is
/// down.
/// </summary>
[Trait("Engine", "Sqlite")]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class KnownKeysTests : IAsyncLifetime
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider time = TestClock.New();
    private TestIdentityProvider provider = null!;
    private TestServer server = null!;
    private Workspace workspace = null!;

    public async ValueTask InitializeAsync()
    {
        provider = await TestIdentityProvider.StartAsync(new ProviderOptions
        {
            // Tokens expire by the same clock, and must not expire before what a test is about happens.
            TimeProvider = time,
            AccessTokenLifetime = TimeSpan.FromHours(20),
        });
        server = await TestServer.StartAsync(
            // All tests connect from one address.
            settings => settings.Http.MaxConnectionsPerAddress = 0, time, provider: provider);
        workspace = await server.NewWorkspaceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        provider.Faults.Release();
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task A_start_fetches_no_keys_and_the_first_tokens_fetch_them_once()
    {
        Assert.Equal(0, provider.Faults.DiscoveryRequests);

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync(NewToken())));

        Assert.All(replies, reply => reply.Is(200));
        Assert.Equal((1, 1), Requests);
    }

    [Theory]
    [InlineData(SigningAlgorithm.ES256)]
    [InlineData(SigningAlgorithm.RS256)]
    public async Task A_new_key_is_fetched_at_its_first_token_if_the_last_fetch_was_long_enough_ago(SigningAlgorithm algorithm)
    {
        (await CallAsync(NewToken())).Is(200);
        var old = NewToken();
        provider.Rotate(keepOld: true, algorithm);
        (await CallAsync(NewToken())).IsError(401, "AUTH_REQUIRED");
        Assert.Equal((1, 1), Requests);

        time.Advance(ProviderKeys.BetweenFetches);

        (await CallAsync(NewToken())).Is(200);
        (await CallAsync(old)).Is(200);
        Assert.Equal((2, 2), Requests);
    }

    [Fact]
    [FlawClass("denial of service")]
    public async Task A_thousand_tokens_with_unknown_keys_cause_one_fetch_and_valid_tokens_do_not_wait_for_it()
    {
        (await CallAsync(NewToken())).Is(200);
        time.Advance(ProviderKeys.BetweenFetches);
        provider.Faults.Hang();
        var unknown = Enumerable.Range(0, 1_000).Select(i => CallAsync(UnknownToken($"unknown_{i}"))).ToList();
        await provider.Faults.Hanging;

        (await CallAsync(NewToken())).Is(200);
        (await workspace.Api.GetAsync("/me")).Is(200);
        provider.Faults.Release();

        Assert.All(await Task.WhenAll(unknown), reply => reply.IsError(401, "AUTH_REQUIRED"));
        Assert.Equal((2, 2), Requests);
        (await CallAsync(UnknownToken("one_more"))).Is(401);
        Assert.Equal((2, 2), Requests);
    }

    [Fact]
    public async Task Tokens_with_a_bad_signature_under_a_known_key_id_cause_one_fetch_a_minute()
    {
        (await CallAsync(NewToken())).Is(200);
        (await CallAsync(UnknownToken(provider.CurrentKey.Kid))).Is(401);
        Assert.Equal((1, 1), Requests);
        time.Advance(ProviderKeys.BetweenFetches);

        (await CallAsync(UnknownToken(provider.CurrentKey.Kid))).Is(401);
        (await CallAsync(UnknownToken(provider.CurrentKey.Kid))).Is(401);

        Assert.Equal((2, 2), Requests);
    }

    [Fact]
    public async Task A_new_key_under_the_id_of_an_earlier_one_is_fetched_at_its_first_token()
    {
        (await CallAsync(NewToken())).Is(200);
        provider.Rotate(keepOld: false, kid: provider.CurrentKey.Kid);
        time.Advance(ProviderKeys.BetweenFetches);

        (await CallAsync(NewToken())).Is(200);
    }

    [Fact]
    public async Task A_token_for_another_server_causes_no_fetch()
    {
        (await CallAsync(NewToken())).Is(200);
        time.Advance(ProviderKeys.BetweenFetches);
        var claims = provider.ClaimsOf(workspace.Id, "admin");
        claims["aud"] = "another";

        (await CallAsync(provider.Forge.Sign(claims))).Is(401);

        Assert.Equal((1, 1), Requests);
    }

    [Fact]
    public async Task A_withdrawn_key_is_forgotten_once_the_known_keys_are_old()
    {
        var old = NewToken();
        (await CallAsync(old)).Is(200);
        provider.Rotate(keepOld: false);
        time.Advance(ProviderKeys.FreshFor + OneSecond);

        await Until.HoldsAsync("the withdrawn key is forgotten", async () => (await CallAsync(old)).Status == 401);
        (await CallAsync(NewToken())).Is(200);
    }

    [Fact]
    public async Task A_withdrawn_key_is_forgotten_even_if_no_token_comes()
    {
        var old = NewToken();
        (await CallAsync(old)).Is(200);
        var known = await Keys.CurrentAsync();
        provider.Rotate(keepOld: false);
        time.Advance(ProviderKeys.FreshFor + OneSecond);

        await Until.HoldsAsync("newer keys are fetched", async () => !ReferenceEquals(known, await Keys.CurrentAsync()));

        (await CallAsync(old)).IsError(401, "AUTH_REQUIRED");
        Assert.Equal((2, 2), Requests);
    }

    [Fact]
    public async Task A_failing_provider_is_asked_for_keys_only_once_per_interval()
    {
        (await CallAsync(NewToken())).Is(200);
        provider.Faults.Unavailable = true;
        time.Advance(ProviderKeys.FreshFor + OneSecond);
        await Until.HoldsAsync("a fetch failed", () => FailedFetches == 1);
        var requests = provider.Faults.DiscoveryRequests;

        // Housekeeping does this every second.
        for (var second = 2; second < ProviderKeys.BetweenFetches.TotalSeconds; second++)
        {
            Keys.KeepFresh();
            time.Advance(OneSecond);
        }

        Assert.Equal(requests, provider.Faults.DiscoveryRequests);
        await Until.HoldsAsync(
            "a second fetch failed",
            () =>
            {
                time.Advance(OneSecond);
                return FailedFetches == 2;
            });
    }

    [Fact]
    public async Task No_token_is_valid_after_the_provider_withdrew_all_its_keys()
    {
        var token = NewToken();
        (await CallAsync(token)).Is(200);
        provider.Faults.RewriteJwks = _ => """{"keys":[]}""";
        time.Advance(ProviderKeys.FreshFor + OneSecond);

        await Until.HoldsAsync("no key is known", async () => (await CallAsync(token)).Status == 401);

        (await CallAsync(token)).IsError(401, "AUTH_REQUIRED");
        await Until.HoldsAsync(
            "the failure is logged",
            () => server.Log.Lines.Any(line => line.Contains("publishes no key", StringComparison.Ordinal)));
        provider.Faults.RewriteJwks = null;
        time.Advance(ProviderKeys.BetweenFetches);
        (await CallAsync(token)).Is(200);
    }

    [Fact]
    public async Task No_token_is_valid_before_the_provider_publishes_a_key()
    {
        provider.Faults.RewriteJwks = _ => """{"keys":[]}""";

        (await CallAsync(NewToken())).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task A_text_that_cannot_be_a_token_of_the_provider_is_refused_without_fetching_keys()
    {
        provider.Faults.Hang();
        var claims = provider.ClaimsOf(workspace.Id, "admin");
        var foreign = provider.ClaimsOf(workspace.Id, "admin");
        foreign["iss"] = "https://huudis.example";
        List<string> tokens =
        [
            "garbage", "a.b.c", "..", "e30.e30.", "e30=.e30=.AA==", "bnVsbA.bnVsbA.AAAA",
            provider.Forge.Sign(foreign), provider.Forge.Sign("[]"), provider.Forge.Sign("{}"),
        ];
        foreach (var header in new[]
        {
            """{"alg":"HS256","typ":"JWT","kid":"k"}""", """{"alg":"ES256","typ":"JOSE","kid":"k"}""",
            """{"alg":"ES256","typ":"JWT"}""", """{"alg":"ES256","typ":"JWT","kid":""}""", """{"alg":"ES256","typ":"JWT","kid":7}""",
            """{"alg":"ES256","typ":"JWT","kid":"k","kid":"k"}""", """{"alg":"ES256","typ":"JWT","kid":"k","crit":[]}""",
            """{"alg":"ES256","typ":"JWT","kid":"k","zip":"DEF"}""", """{"alg":"ES256","typ":"JWT","kid":"\ud800"}""",
        })
        {
            tokens.Add(provider.Forge.Sign(claims.ToJsonString(), header));
        }

        foreach (var token in tokens)
        {
            (await CallAsync(token)).IsError(401, "AUTH_REQUIRED");
        }

        Assert.Equal((0, 0), Requests);
    }

    [Fact]
    public async Task Failed_authentications_are_counted_while_the_provider_hangs()
    {
        await using var limited = await TestServer.StartAsync(
            settings => settings.Limits.FailedAuthenticationsPerMinute = 1, time, provider: provider);
        provider.Faults.Hang();

        (await limited.With("garbage").GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await limited.With("garbage").GetAsync("/me")).IsError(429, "RATE_LIMITED");
    }

    [Theory]
    [InlineData("down")]
    [InlineData("unavailable")]
    [InlineData("hanging")]
    [InlineData("another issuer")]
    [InlineData("no JSON")]
    [InlineData("no JWKS")]
    [InlineData("endless")]
    public async Task Known_keys_go_on_working_for_six_hours_while_the_provider_fails(string trouble)
    {
        (await CallAsync(NewToken())).Is(200);
        await BeginFailureAsync(trouble);
        for (var hour = 0; hour < 5; hour++)
        {
            time.Advance(TimeSpan.FromHours(1));
            (await CallAsync(NewToken())).Is(200);
        }

        await Until.HoldsAsync(
            "the failure is logged",
            () =>
            {
                // The timeout of a fetch runs by this clock.
                time.Advance(TimeSpan.FromSeconds(11));
                return server.Log.Lines.Any(line => line.Contains("keys could not be fetched", StringComparison.Ordinal));
            });
    }

    [Fact]
    public async Task Known_keys_are_not_used_for_longer_than_six_hours()
    {
        var token = NewToken();
        (await CallAsync(token)).Is(200);
        await provider.GoDownAsync();
        time.Advance(ProviderKeys.UsableFor + OneSecond);

        (await CallAsync(token)).IsError(503, "UNAVAILABLE");
        (await workspace.Api.GetAsync("/me")).Is(200);

        await provider.ComeBackAsync();
        time.Advance(ProviderKeys.BetweenFetches);
        (await CallAsync(token)).Is(200);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("unavailable")]
    [InlineData("another issuer")]
    [InlineData("no JWKS")]
    public async Task Tokens_are_answered_UNAVAILABLE_until_the_keys_of_the_provider_are_first_fetched(string trouble)
    {
        await BeginFailureAsync(trouble);
        (await CallAsync(NewToken())).IsError(503, "UNAVAILABLE");
        (await workspace.Api.GetAsync("/me")).Is(200);
        (await server.Anyone.SendToAsync("GET", "/health/live")).Is(200);

        provider.Faults.Unavailable = false;
        (provider.Faults.RewriteDiscovery, provider.Faults.RewriteJwks) = (null, null);
        await provider.ComeBackAsync();
        time.Advance(OneSecond);

        (await CallAsync(NewToken())).Is(200);
    }

    [Fact]
    public async Task The_log_of_a_failed_fetch_holds_nothing_that_the_provider_sent()
    {
        provider.Faults.RewriteDiscovery = _ => "{\"issuer\":\"s3cret-looking\",";
        (await CallAsync(NewToken())).IsError(503, "UNAVAILABLE");

        Assert.Contains(server.Log.Lines, line => line.Contains("keys could not be fetched", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("s3cret-looking", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_provider_without_TLS_is_not_asked_unless_the_settings_allow_it()
    {
        await using var strict = await TestServer.StartAsync(settings => settings.Huudis.RequireHttpsMetadata = true, provider: provider);
        var own = await strict.NewWorkspaceAsync();

        (await strict.With(provider.TokenOf(own.Id, "admin")).GetAsync("/me")).IsError(503, "UNAVAILABLE");

        Assert.Equal((0, 0), Requests);
    }

    private ProviderKeys Keys => server.Services.GetRequiredService<ProviderKeys>();

    private int FailedFetches => server.Log.Lines.Count(line => line.Contains("keys could not be fetched", StringComparison.Ordinal));

    private (int Discovery, int Jwks) Requests => (provider.Faults.DiscoveryRequests, provider.Faults.JwksRequests);

    private async Task BeginFailureAsync(string trouble)
    {
        var faults = provider.Faults;
        switch (trouble)
        {
            case "down": await provider.GoDownAsync(); break;
            case "unavailable": faults.Unavailable = true; break;
            case "hanging": faults.Hang(); break;
            case "another issuer": faults.RewriteDiscovery = real => real.Replace($"\"{provider.Issuer}\"", "\"http://127.0.0.1:1\"", StringComparison.Ordinal); break;
            case "no JSON": faults.RewriteJwks = _ => "<html>"; break;
            case "no JWKS": faults.RewriteJwks = _ => """{"keys":null}"""; break;
            default: faults.RewriteJwks = _ => new string(' ', 2 * 1024 * 1024); break;
        }
    }

    private string NewToken() => provider.TokenOf(workspace.Id, "admin");

    // Has the form of the provider's own tokens, but a stranger's key signs it.
    private string UnknownToken(string kid) =>
        provider.Forge.Sign(provider.ClaimsOf(workspace.Id, "admin"), SigningKey.Create(kid: kid));

    private Task<Reply> CallAsync(string token) => server.With(token).GetAsync("/me");
}
