using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IntegrationTests.Http;
using Secronna.Server.Access.Tokens;
using Xunit;

namespace Secronna.IntegrationTests.Identity;

/// <summary>The provider's keys are asked for seldom, by one at a time, and what is known of them outlives the provider.</summary>
[Trait("Engine", "Sqlite")]
public sealed class KnownKeysTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider time = Clock.New();
    private TestIdentityProvider provider = null!;
    private TestServer server = null!;
    private Workspace workspace = null!;

    public async ValueTask InitializeAsync()
    {
        provider = await TestIdentityProvider.StartAsync();
        server = await TestServer.StartAsync(
            // All tests are one address.
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
    public async Task A_start_asks_for_nothing_and_the_first_token_once()
    {
        Assert.Equal(0, provider.Faults.DiscoveryRequests);

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync(NewToken())));

        Assert.All(replies, reply => reply.Is(200));
        Assert.Equal((1, 1), Requests);
    }

    [Theory]
    [InlineData(SigningAlgorithm.ES256)]
    [InlineData(SigningAlgorithm.RS256)]
    public async Task A_new_key_is_known_at_its_first_token_if_the_last_look_was_long_enough_ago(SigningAlgorithm algorithm)
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
    public async Task A_thousand_unknown_keys_are_one_look_and_good_tokens_do_not_wait_for_it()
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
    public async Task A_token_that_a_known_key_did_not_sign_makes_nobody_look()
    {
        (await CallAsync(NewToken())).Is(200);
        time.Advance(ProviderKeys.BetweenFetches);

        (await CallAsync(UnknownToken(provider.CurrentKey.Kid))).Is(401);

        Assert.Equal((1, 1), Requests);
    }

    [Fact]
    public async Task A_withdrawn_key_is_forgotten_in_time()
    {
        var old = NewToken();
        (await CallAsync(old)).Is(200);
        provider.Rotate(keepOld: false);
        time.Advance(ProviderKeys.FreshFor + Soon);

        await Eventually.TrueAsync(async () => (await CallAsync(old)).Status == 401, "the withdrawn key is forgotten");
        (await CallAsync(NewToken())).Is(200);
    }

    [Fact]
    public async Task A_withdrawn_key_is_forgotten_also_where_no_token_comes()
    {
        var old = NewToken();
        (await CallAsync(old)).Is(200);
        var known = await Keys.CurrentAsync();
        provider.Rotate(keepOld: false);
        time.Advance(ProviderKeys.FreshFor + Soon);

        await Eventually.TrueAsync(async () => !ReferenceEquals(known, await Keys.CurrentAsync()), "newer keys are got");

        (await CallAsync(old)).IsError(401, "AUTH_REQUIRED");
        Assert.Equal((2, 2), Requests);
    }

    [Fact]
    public async Task Old_keys_of_a_provider_in_trouble_are_asked_for_only_so_often()
    {
        (await CallAsync(NewToken())).Is(200);
        provider.Faults.Unavailable = true;
        time.Advance(ProviderKeys.FreshFor + Soon);
        await Eventually.TrueAsync(() => Troubles == 1, "a try");
        var requests = provider.Faults.DiscoveryRequests;

        // As each second's housekeeping does.
        for (var second = 2; second < ProviderKeys.BetweenFetches.TotalSeconds; second++)
        {
            Keys.KeepFresh();
            time.Advance(Soon);
        }

        Assert.Equal(requests, provider.Faults.DiscoveryRequests);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(Soon);
                return Troubles == 2;
            },
            "another try");
    }

    [Fact]
    public async Task A_provider_that_withdraws_all_its_keys_has_no_valid_tokens()
    {
        var token = NewToken();
        (await CallAsync(token)).Is(200);
        provider.Faults.RewriteJwks = _ => """{"keys":[]}""";
        time.Advance(ProviderKeys.FreshFor + Soon);

        await Eventually.TrueAsync(async () => (await CallAsync(token)).Status == 401, "no key is known");

        (await CallAsync(token)).IsError(401, "AUTH_REQUIRED");
        await Eventually.TrueAsync(
            () => server.Log.Lines.Any(line => line.Contains("publishes no key", StringComparison.Ordinal)), "a line in the log");
        provider.Faults.RewriteJwks = null;
        time.Advance(ProviderKeys.BetweenFetches);
        (await CallAsync(token)).Is(200);
    }

    [Fact]
    public async Task A_provider_that_has_no_keys_yet_has_no_valid_tokens()
    {
        provider.Faults.RewriteJwks = _ => """{"keys":[]}""";

        (await CallAsync(NewToken())).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task What_cannot_be_a_token_of_the_provider_is_refused_without_asking_it()
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
            """{"alg":"HS256","typ":"JWT","kid":"k"}""", """{"alg":"ES256","typ":"JOSE","kid":"k"}""", """{"alg":"ES256","kid":"k"}""",
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
    public async Task Guesses_are_counted_also_while_the_provider_hangs()
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
    public async Task With_the_provider_in_trouble_known_keys_go_on_working_for_days(string trouble)
    {
        (await CallAsync(NewToken())).Is(200);
        await TroubleAsync(trouble);
        for (var day = 0; day < 3; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
            (await CallAsync(NewToken())).Is(200);
        }

        await Eventually.TrueAsync(
            () =>
            {
                // Its own patience with one that hangs is by this clock.
                time.Advance(TimeSpan.FromSeconds(11));
                return server.Log.Lines.Any(line => line.Contains("keys could not be got", StringComparison.Ordinal));
            },
            "a line in the log");
        (await CallAsync(NewToken())).Is(200);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("unavailable")]
    [InlineData("another issuer")]
    [InlineData("no JWKS")]
    public async Task Where_its_keys_were_never_known_tokens_are_answered_UNAVAILABLE_until_they_are(string trouble)
    {
        await TroubleAsync(trouble);
        (await CallAsync(NewToken())).IsError(503, "UNAVAILABLE");
        (await workspace.Api.GetAsync("/me")).Is(200);
        (await server.Anyone.SendToAsync("GET", "/health/live")).Is(200);

        provider.Faults.Unavailable = false;
        (provider.Faults.RewriteDiscovery, provider.Faults.RewriteJwks) = (null, null);
        await provider.ComeBackAsync();
        time.Advance(Soon);

        (await CallAsync(NewToken())).Is(200);
    }

    [Fact]
    public async Task What_the_log_says_of_it_holds_nothing_of_what_came()
    {
        provider.Faults.RewriteDiscovery = _ => "{\"issuer\":\"s3cret-looking\",";
        (await CallAsync(NewToken())).IsError(503, "UNAVAILABLE");

        Assert.Contains(server.Log.Lines, line => line.Contains("keys could not be got", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("s3cret-looking", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_provider_without_TLS_is_not_asked_unless_that_is_set()
    {
        await using var strict = await TestServer.StartAsync(settings => settings.Huudis.RequireHttpsMetadata = true, provider: provider);
        var own = await strict.NewWorkspaceAsync();

        (await strict.With(provider.TokenOf(own.Id, "admin")).GetAsync("/me")).IsError(503, "UNAVAILABLE");

        Assert.Equal((0, 0), Requests);
    }

    private ProviderKeys Keys => server.Services.GetRequiredService<ProviderKeys>();

    private int Troubles => server.Log.Lines.Count(line => line.Contains("keys could not be got", StringComparison.Ordinal));

    private (int Discovery, int Jwks) Requests => (provider.Faults.DiscoveryRequests, provider.Faults.JwksRequests);

    private async Task TroubleAsync(string trouble)
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

    // As long as the provider's own, by a stranger's key.
    private string UnknownToken(string kid) =>
        provider.Forge.Sign(provider.ClaimsOf(workspace.Id, "admin"), SigningKey.Create(kid: kid));

    private Task<Reply> CallAsync(string token) => server.With(token).GetAsync("/me");
}
