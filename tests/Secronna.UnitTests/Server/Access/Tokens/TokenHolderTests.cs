using Secronna.Server.Access.Tokens;
using Xunit;
using static Secronna.UnitTests.Server.Access.Tokens.TokenReading;

namespace Secronna.UnitTests.Server.Access.Tokens;

/// <summary>
/// A token is a program's, which needs no second factor, only by claims that nobody can choose. It is no person's already where
/// something suggests so.
/// </summary>
[FlawClass("second factor")]
public sealed class TokenHolderTests
{
    [Theory]
    [InlineData("""{"identityType":"service_account"}""")]
    [InlineData("""{"idtyp":"app"}""")]
    [InlineData("""{"gty":"client-credentials"}""")]
    [InlineData("""{"client_id":"deployer"}""")]
    [InlineData("""{"azp":"deployer"}""")]
    [InlineData("""{"cid":"deployer"}""")]
    public void A_program_is_known_by_what_nobody_can_choose(string changes)
    {
        var holder = ReadValid(changes, Configure).Holder;

        Assert.Equal(("service_account", false), (holder.ActorType, holder.IsPerson));
    }

    [Theory]
    [InlineData("\"amr\":[\"pwd\"]")]
    [InlineData("\"amr\":null")]
    [InlineData("\"nonce\":\"n\",\"typ\":\"Bearer\"")]
    public void What_only_a_sign_in_gives_makes_the_token_a_users(string more)
    {
        var holder = ReadValid($$"""{"idtyp":"app",{{more}}}""", Configure).Holder;

        Assert.Equal(("user", false), (holder.ActorType, holder.IsPerson));
    }

    [Fact]
    public void The_hash_of_an_access_token_makes_the_token_a_users() => Assert.Equal(
        "user", ReadValid("""{"idtyp":"app","at_hash":"x"}""", settings => settings.TokenType = TokenType.IdToken).Holder.ActorType);

    [Theory]
    [InlineData("\"client_id\":\"secronna-cli\"")]
    [InlineData("\"azp\":\"dashboard\"")]
    [InlineData("\"cid\":\"secronna-cli\"")]
    [InlineData("\"client_id\":\"deployer\",\"azp\":\"secronna-cli\"")]
    public void A_program_is_refused_at_a_client_through_which_people_sign_in(string client)
    {
        Assert.Null(Read($$"""{"gty":"client-credentials",{{client}}}""", Configure));
        Assert.Equal("user", ReadValid($$"""{"gty":"client-credentials","amr":["pwd"],{{client}}}""", Configure).Holder.ActorType);
    }

    [Theory]
    [InlineData("""{"preferred_username":"service-account-x"}""", false)]
    [InlineData("""{"sub":"x","client_id":"x"}""", false)]
    [InlineData("""{"sub":"x","azp":"x"}""", false)]
    [InlineData("""{"sub":"x","cid":"x"}""", false)]
    [InlineData("""{"preferred_username":"service"}""", true)]
    [InlineData("""{"client_id":"another"}""", true)]
    [InlineData("""{"identityType":"user"}""", true)]
    [InlineData("""{"idtyp":"user"}""", true)]
    [InlineData("""{"gty":"password"}""", true)]
    [InlineData("""{"gty":["client-credentials"]}""", true)]
    [InlineData("""{"client_id":["deployer"]}""", true)]
    [InlineData("""{"client_id":"DEPLOYER"}""", true)]
    public void What_anyone_can_choose_lifts_no_second_factor(string changes, bool isPerson)
    {
        var holder = ReadValid(changes, Configure).Holder;

        Assert.Equal(("user", isPerson), (holder.ActorType, holder.IsPerson));
    }

    [Theory]
    [InlineData("\"robot\"")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[\"service_account\"]")]
    public void An_unknown_identity_type_is_refused(string json) => Assert.Null(Read($$"""{"identityType":{{json}}}"""));

    private static void Configure(IdentityProviderSettings settings)
    {
        settings.Programs.Add("deployer");
        settings.SignIn.WebClientId = "dashboard";
    }
}
