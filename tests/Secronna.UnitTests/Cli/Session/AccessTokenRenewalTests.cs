using System.Net;
using Microsoft.Extensions.Time.Testing;
using Secronna.Cli.Session;
using Secronna.Client;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>The renewal of a saved sign-in's access token.</summary>
public sealed class AccessTokenRenewalTests : IDisposable
{
    private static readonly string New = ReceivedTokenTests.Token("""{"jti":"new"}""");
    private static readonly string Second = ReceivedTokenTests.Token("""{"jti":"second"}""");
    private static readonly string Third = ReceivedTokenTests.Token("""{"jti":"third"}""");

    private readonly string folder = Path.Combine(Path.GetTempPath(), "secronna-session-" + Ids.New("", DateTimeOffset.UnixEpoch));
    private readonly FakeTimeProvider time = new();
    private readonly ScriptedProvider provider = new();
    private readonly SessionFile file;

    public AccessTokenRenewalTests() => file = new SessionFile(Directory.CreateDirectory(folder).FullName);

    public void Dispose()
    {
        provider.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(59, true)]
    [InlineData(-1, true)]
    public async Task A_token_with_less_than_a_minute_left_is_renewed(int secondsLeft, bool isRenewed)
    {
        var token = isRenewed ? New : "old";
        Save(secondsLeft);
        provider.Then(ScriptedProvider.Tokens(New));

        Assert.Equal(token, await GetAsync());
        Assert.Equal(token, file.Read()!.SignIn!.AccessToken);
        Assert.All(provider.Forms, form => Assert.Contains("refresh_token=first", form, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_refresh_token_replaces_the_old_one_which_stays_if_none_came()
    {
        Save(0);
        provider.Then(ScriptedProvider.Tokens(Second)).Then(ScriptedProvider.Tokens(Third, refresh: null));

        Assert.Equal(Second, await GetAsync());
        time.Advance(TimeSpan.FromSeconds(290));
        Assert.Equal(Third, await GetAsync());
        Assert.Contains("refresh_token=next", provider.Forms[1], StringComparison.Ordinal);
        Assert.Equal("next", file.Read()!.SignIn!.RefreshToken);
        Assert.Equal("https://secrets.example", file.Read()!.Server);
    }

    [Fact]
    public async Task A_later_request_renews_the_token_again()
    {
        Save(100);
        provider.Then(ScriptedProvider.Tokens(New));
        var token = NewToken();
        Assert.Equal("old", await token.GetAsync(TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(New, await token.GetAsync(TestContext.Current.CancellationToken));
        Assert.Equal(New, await token.GetAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_processes_at_once_use_the_refresh_token_only_once()
    {
        Save(0);
        provider.Then(ScriptedProvider.Tokens(New));
        var sessionLock = await file.LockAsync(TimeProvider.System, TestContext.Current.CancellationToken);
        var both = Task.WhenAll(NewToken(TimeProvider.System).GetAsync(default).AsTask(), NewToken(TimeProvider.System).GetAsync(default).AsTask());
        sessionLock.Dispose();

        Assert.Equal([New, New], await both);
        Assert.Single(provider.Forms);
    }

    [Fact]
    public async Task A_sign_in_that_the_provider_has_ended_is_an_error()
    {
        Save(30);
        provider.ThenRefuses("invalid_grant");
        Assert.Equal(ErrorCodes.AuthRequired, (await Assert.ThrowsAsync<SecronnaException>(GetAsync)).Code);
    }

    [Theory]
    [InlineData(30, null)]
    [InlineData(0, ErrorCodes.Unavailable)]
    public async Task While_the_provider_is_away_a_token_is_used_until_it_expires(int secondsLeft, string? code)
    {
        Save(secondsLeft);
        provider.Then("<html>", HttpStatusCode.BadGateway);
        var error = await Record.ExceptionAsync(GetAsync);
        Assert.Equal(code, (error as SecronnaException)?.Code);
        Assert.Equal("first", file.Read()!.SignIn!.RefreshToken);
    }

    [Theory]
    [InlineData(30, null)]
    [InlineData(0, ErrorCodes.AuthRequired)]
    public async Task Without_a_refresh_token_a_token_is_used_until_it_expires(int secondsLeft, string? code)
    {
        Save(secondsLeft, refreshToken: null);
        Assert.Equal(code, (await Record.ExceptionAsync(GetAsync) as SecronnaException)?.Code);
        Assert.Empty(provider.Forms);
    }

    [Fact]
    public async Task A_sign_in_by_ID_token_ends_where_the_provider_gives_no_new_one()
    {
        var id = ReceivedTokenTests.Token("""{"aud":"cli","exp":4000000000}""");
        Save(0, tokenType: "id_token");
        provider.Then(ScriptedProvider.Tokens(New, id: id)).Then(ScriptedProvider.Tokens("newer"));

        Assert.Equal(id, await GetAsync());
        Save(0, tokenType: "id_token");
        Assert.Equal(ErrorCodes.AuthRequired, (await Assert.ThrowsAsync<SecronnaException>(GetAsync)).Code);
    }

    [Theory]
    [InlineData("""{"aud":"https://other.example"}""", "https://other.example")]
    [InlineData(null, "opaque")]
    public async Task A_renewed_token_that_is_not_for_the_server_is_not_kept(string? payload, string reason)
    {
        Save(30, audience: "https://secrets.example");
        var before = await File.ReadAllTextAsync(file.Path, TestContext.Current.CancellationToken);
        provider.Then(ScriptedProvider.Tokens(payload is null ? "opaque" : ReceivedTokenTests.Token(payload)));

        var refused = await Assert.ThrowsAsync<SecronnaException>(GetAsync);

        Assert.Equal(ErrorCodes.AuthRequired, refused.Code);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_audience_holds_for_every_renewal()
    {
        Save(0, audience: "https://secrets.example");
        provider.Then(ScriptedProvider.Tokens(ReceivedTokenTests.Token("""{"aud":"https://secrets.example"}"""))).Then(ScriptedProvider.Tokens(New));
        await GetAsync();
        time.Advance(TimeSpan.FromSeconds(290));
        Assert.Equal(ErrorCodes.AuthRequired, (await Assert.ThrowsAsync<SecronnaException>(GetAsync)).Code);
    }

    [Fact]
    public async Task A_renewed_ID_token_for_another_client_is_not_kept()
    {
        Save(0, tokenType: "id_token");
        provider.Then(ScriptedProvider.Tokens(New, id: ReceivedTokenTests.Token("""{"aud":"web"}""")));
        Assert.Contains("not for cli", (await Assert.ThrowsAsync<SecronnaException>(GetAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_a_person_signed_in_to_each_server_outlives_renewals_and_the_sign_out()
    {
        var (here, there) = (new PinnedProvider("https://a.example", "cli", "openid", new Dictionary<string, string>()), new PinnedProvider(
            "https://b.example", "cli", "openid", new Dictionary<string, string> { ["audience"] = "x" }));
        file.Write(new SavedSession("https://there.example", "sk_live_x", null) { Pins = new Dictionary<string, PinnedProvider> { ["https://there.example"] = there } });
        file.Write(new SavedSession("https://secrets.example", null, SignInWith(0, "first")) { Pins = new Dictionary<string, PinnedProvider> { ["https://secrets.example"] = here } });
        provider.Then(ScriptedProvider.Tokens(New));
        await GetAsync();

        Assert.True(file.Delete());
        Assert.False(file.Delete());

        Assert.Null(file.Read());
        Assert.True(file.ReadPins()["https://secrets.example"].IsSameAs(here));
        Assert.True(file.ReadPins()["https://there.example"].IsSameAs(there));
        Assert.DoesNotContain(New, await File.ReadAllTextAsync(file.Path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_session_says_nothing_about_providers_and_can_be_replaced()
    {
        Save(0);
        await File.WriteAllTextAsync(file.Path, "{", TestContext.Current.CancellationToken);

        Assert.Empty(file.ReadPins());
        Save(0);
        Assert.NotNull(file.Read());
    }

    [Fact]
    public async Task A_sign_out_by_another_process_counts_at_once()
    {
        Save(0);
        file.Delete();
        Assert.Equal(ErrorCodes.AuthRequired, (await Assert.ThrowsAsync<SecronnaException>(GetAsync)).Code);
    }

    [Fact]
    public async Task A_session_for_another_server_is_not_used_for_this_one()
    {
        Save(0);
        var token = NewToken();
        file.Write(file.Read()! with { Server = "https://other.example" });
        Assert.Equal(ErrorCodes.AuthRequired, (await Assert.ThrowsAsync<SecronnaException>(() => token.GetAsync(default).AsTask())).Code);
        Assert.Empty(provider.Forms);
    }

    [Theory]
    [InlineData("sk_live_0123456789abcdefghijklmnopwxyz", "sk_live_…wxyz")]
    [InlineData("st_live_0123456789abcdefghijklmnopwxyz", "st_live_…wxyz")]
    [InlineData("st_live_short", "st_live_…")]
    [InlineData("eyJhbGciOi.eyJzdWIi.c2ln", "an access token")]
    public void Only_a_hint_of_a_credential_is_shown(string credential, string hint) => Assert.Equal(hint, Credential.Of(credential).Hint);

    private void Save(int secondsLeft, string? refreshToken = "first", string? tokenType = null, string? audience = null) => file.Write(new SavedSession(
        "https://secrets.example", null, SignInWith(secondsLeft, refreshToken) with { TokenType = tokenType, Audience = audience }));

    private SignIn SignInWith(int secondsLeft, string? refreshToken) =>
        new(ScriptedProvider.Issuer, "cli", "old", time.GetUtcNow().AddSeconds(secondsLeft), refreshToken);

    private Task<string> GetAsync() => NewToken().GetAsync(TestContext.Current.CancellationToken).AsTask();

    private AccessTokenRenewal NewToken(TimeProvider? clock = null) =>
        new(file, "https://secrets.example", () => new HttpClient(provider, disposeHandler: false), isInsecure: false, clock ?? time);
}
