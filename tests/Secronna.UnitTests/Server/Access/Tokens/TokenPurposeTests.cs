using Secronna.Server.Access.Tokens;
using Xunit;
using static Secronna.UnitTests.Server.Access.Tokens.TokenReading;

namespace Secronna.UnitTests.Server.Access.Tokens;

/// <summary>Access tokens are told from ID tokens and others that the provider signs with the same keys.</summary>
[FlawClass("token substitution")]
public sealed class TokenPurposeTests
{
    [Theory]
    [InlineData("at+jwt", """{"scope":"REMOVED"}""")]
    [InlineData("application/at+jwt", """{"scope":"REMOVED"}""")]
    [InlineData("JWT", """{"scope":"openid"}""")]
    [InlineData(null, """{"scope":"openid"}""")]
    [InlineData("JWT", """{"scope":["openid"]}""")]
    [InlineData("JWT", """{"scope":"REMOVED","scp":"user_impersonation"}""")]
    [InlineData("JWT", """{"scope":"REMOVED","scp":["openid"]}""")]
    [InlineData("JWT", """{"scope":"REMOVED","typ":"Bearer"}""")]
    [InlineData("JWT", """{"nonce":"n","typ":"Bearer"}""")]
    [InlineData("JWT", """{"scope":"REMOVED","token_use":"access"}""")]
    [InlineData("JWT", """{"scope":"REMOVED","idtyp":"app"}""")]
    [InlineData("JWT", """{"scope":"REMOVED","gty":"client-credentials"}""")]
    public void A_token_with_a_sign_of_an_access_token_is_accepted(string? type, string changes) =>
        Assert.NotNull(Read(changes, type: type));

    [Theory]
    [InlineData("""{"at_hash":"x"}""")]
    [InlineData("""{"at_hash":null}""")]
    [InlineData("""{"c_hash":"x"}""")]
    [InlineData("""{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}""")]
    [InlineData("""{"events":null}""")]
    [InlineData("""{"typ":"ID"}""")]
    [InlineData("""{"typ":"Refresh"}""")]
    [InlineData("""{"typ":"bearer"}""")]
    [InlineData("""{"typ":null}""")]
    [InlineData("""{"typ":["Bearer"]}""")]
    [InlineData("""{"token_use":"id"}""")]
    [InlineData("""{"token_use":"ACCESS"}""")]
    [InlineData("""{"token_use":1}""")]
    [InlineData("""{"nonce":"n"}""")]
    [InlineData("""{"nonce":"n","typ":"ID"}""")]
    [InlineData("""{"nonce":"n","token_use":"access"}""")]
    [InlineData("""{"typ":"Bearer","at_hash":"x"}""")]
    public void An_ID_token_dressed_as_an_access_token_is_refused_whatever_signs_it_has(string changes) => Assert.All(
        new[] { "JWT", "at+jwt", null },
        type => Assert.All(
            new[] { false, true },
            unmarked => Assert.Null(Read(changes, settings => settings.AcceptsUnmarked = unmarked, type))));

    [Theory]
    [InlineData("""{"scope":"REMOVED"}""")]
    [InlineData("""{"scope":""}""")]
    [InlineData("""{"scope":" "}""")]
    [InlineData("""{"scope":null}""")]
    [InlineData("""{"scope":[]}""")]
    [InlineData("""{"scope":[1]}""")]
    [InlineData("""{"scope":{}}""")]
    [InlineData("""{"scope":"REMOVED","azp":"cli","acr":"1","auth_time":1}""")]
    public void A_token_without_any_sign_of_an_access_token_is_accepted_only_if_the_settings_say_so(string changes)
    {
        Assert.Null(Read(changes));
        Assert.NotNull(Read(changes, settings => settings.AcceptsUnmarked = true));
    }

    [Theory]
    [InlineData("JWT", """{"scope":"REMOVED","nonce":"n","at_hash":"x","c_hash":"y"}""")]
    [InlineData(null, """{"scope":"REMOVED"}""")]
    [InlineData("JWT", """{"typ":"ID"}""")]
    [InlineData("JWT", """{"token_use":"id"}""")]
    [InlineData("JWT", """{"azp":"secronna"}""")]
    public void An_ID_token_is_accepted_where_the_settings_want_ID_tokens(string? type, string changes) =>
        Assert.NotNull(Read(changes, WantsIdTokens, type));

    [Theory]
    [InlineData("JWT", """{"azp":"another"}""")]
    [InlineData("JWT", """{"azp":null}""")]
    [InlineData("JWT", """{"azp":["secronna"]}""")]
    [InlineData("JWT", """{"events":{}}""")]
    [InlineData("JWT", """{"typ":"Logout"}""")]
    [InlineData("JWT", """{"typ":"Bearer"}""")]
    [InlineData("JWT", """{"token_use":"access"}""")]
    [InlineData("at+jwt", "{}")]
    [InlineData("application/at+jwt", "{}")]
    public void Other_tokens_are_refused_where_the_settings_want_ID_tokens(string type, string changes) =>
        Assert.Null(Read(changes, WantsIdTokens, type));

    [Theory]
    [InlineData("REMOVED", null)]
    [InlineData("{}", null)]
    [InlineData("[\"read\"]", "/access/scope")]
    public void The_scope_is_read_under_the_name_in_the_settings(string json, string? path)
    {
        var claims = json == "REMOVED" ? "{\"scope\":\"openid\"}" : $$"""{"scope":"REMOVED","access":{"scope":{{json}} } }""";

        var read = Read(claims, settings => settings.Claims.Scope = ["/access/scope"]);

        Assert.Equal(path is not null, read is not null);
    }

    [Theory]
    [InlineData("""{"cnf":{"jkt":"x"}}""")]
    [InlineData("""{"cnf":null}""")]
    [FlawClass("token theft")]
    public void A_token_that_is_bound_to_a_key_of_its_holder_is_refused(string changes) => Assert.Null(Read(changes));

    private static void WantsIdTokens(IdentityProviderSettings settings) => settings.TokenType = TokenType.IdToken;
}
