using Secronna.Server.Access.Tokens;
using Xunit;
using static Secronna.UnitTests.Server.Access.Tokens.TokenReading;

namespace Secronna.UnitTests.Server.Access.Tokens;

/// <summary>Claims are read where the settings say, and a claim of an unexpected shape gives nothing.</summary>
public sealed class TokenClaimsTests
{
    [Theory]
    [InlineData("\"member\"", "member")]
    [InlineData("[\"viewer\",\"x\",\"admin\",\"member\"]", "admin")]
    [InlineData("[\"member\",[\"owner\"],{\"owner\":1},7,null]", "member")]
    [InlineData("\"lead\"", "member")]
    [InlineData("[\"viewer\",\"lead\"]", "member")]
    [InlineData("\"owner\"", "restricted")]
    [InlineData("\"LEAD\"", "restricted")]
    [InlineData("\"admin viewer\"", "restricted")]
    [InlineData("\"admin,viewer\"", "restricted")]
    [InlineData("[]", "restricted")]
    [InlineData("{\"admin\":{}}", "restricted")]
    [InlineData("true", "restricted")]
    [InlineData("null", "restricted")]
    public void The_strongest_known_role_counts(string json, string role) => Assert.Equal(
        role,
        ReadValid($$"""{"role":{{json}}}""", settings =>
        {
            settings.Roles.Add(new RoleMapping("lead", "member"));
            settings.Roles.Add(new RoleMapping("owner", "restricted"));
        }).RoleName);

    [Fact]
    public void A_token_without_a_role_claim_names_no_role() => Assert.Null(ReadValid().RoleName);

    [Theory]
    [InlineData("[\"platform\",\"ops\",\"platform\"]", "platform|ops")]
    [InlineData("\"platform, ops\"", "platform, ops")]
    [InlineData("[\"a\",1,null,[\"b\"],\"\"]", "a")]
    [InlineData("{}", "")]
    [InlineData("null", "")]
    public void Groups_are_a_list_or_one_text(string json, string groups)
    {
        var read = ReadValid($$"""{"groups":{{json}}}""").Groups;

        Assert.Equal(groups.Split('|', StringSplitOptions.RemoveEmptyEntries), read.Names);
        Assert.False(read.AreOmitted);
    }

    [Theory]
    [InlineData("""{"_claim_names":{"groups":"src1"},"_claim_sources":{"src1":{"endpoint":"https://x"}}}""", true)]
    [InlineData("""{"hasgroups":true}""", true)]
    [InlineData("""{"hasgroups":"true"}""", true)]
    [InlineData("""{"hasgroups":false}""", false)]
    [InlineData("""{"_claim_names":{"address":"src1"}}""", false)]
    [InlineData("""{"_claim_names":"groups"}""", false)]
    public void Groups_that_the_provider_left_out_are_noticed(string changes, bool areOmitted) =>
        Assert.Equal(areOmitted, ReadValid(changes).Groups.AreOmitted);

    [Fact]
    public void A_thousand_groups_are_read()
    {
        string Groups(int count) => $$"""{"groups":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{i}\""))}}]}""";

        Assert.Equal((1_000, false), Counted(Groups(1_000)));
        Assert.Equal((1_000, true), Counted(Groups(1_001)));
    }

    [Theory]
    [FlawClass("second factor")]
    [InlineData("""{"mfaVerified":true}""", true)]
    [InlineData("""{"mfaVerified":false}""", false)]
    [InlineData("""{"mfaVerified":"true"}""", false)]
    [InlineData("""{"mfaVerified":1}""", false)]
    [InlineData("""{"amr":["pwd","mfa"]}""", true)]
    [InlineData("""{"amr":"pwd mfa"}""", true)]
    [InlineData("""{"amr":"mfa"}""", true)]
    [InlineData("""{"amr":["pwd mfa"]}""", false)]
    [InlineData("""{"amr":"nomfa"}""", false)]
    [InlineData("""{"amr":["MFA"]}""", false)]
    [InlineData("""{"amr":["pwd","otp"]}""", false)]
    [InlineData("""{"amr":{"mfa":true}}""", false)]
    [InlineData("""{"amr":["mfa"],"mfaVerified":false}""", false)]
    [InlineData("""{"amr":["mfa"],"mfaVerified":null}""", true)]
    [InlineData("""{"acr":"gold"}""", true)]
    [InlineData("""{"acr":"gold","mfaVerified":false}""", false)]
    [InlineData("""{"acr":"silver"}""", false)]
    [InlineData("""{"acr":["gold"]}""", false)]
    [InlineData("{}", false)]
    public void The_second_factor_is_read_from_three_claims_and_a_false_wins(string changes, bool hasSecondFactor) =>
        Assert.Equal(hasSecondFactor, ReadValid(changes, settings => settings.MfaContexts.Add("gold")).HasSecondFactor);

    [Fact]
    public void Methods_and_contexts_of_a_second_factor_are_settings()
    {
        Assert.True(ReadValid("""{"amr":["otp"]}""", settings => settings.MfaMethods = ["otp"]).HasSecondFactor);
        Assert.False(ReadValid("""{"amr":["mfa"]}""", settings => settings.MfaMethods = ["otp"]).HasSecondFactor);
        Assert.False(ReadValid("""{"acr":"gold"}""").HasSecondFactor);
    }

    [Theory]
    [InlineData("""{"email":"a@x.example","email_verified":true}""", true)]
    [InlineData("""{"email":"a@x.example","email_verified":false}""", false)]
    [InlineData("""{"email":"a@x.example","email_verified":"true"}""", false)]
    [InlineData("""{"email":"a@x.example"}""", false)]
    public void An_address_is_a_subject_only_if_the_provider_has_verified_it(string changes, bool isValid) => Assert.All(
        new[] { "email", "/email" },
        path => Assert.Equal(isValid, Read(changes, settings => settings.Claims.Subject = path) is not null));

    [Theory]
    [InlineData("\"!\"", true)]
    [InlineData("\"\"", false)]
    [InlineData("\" a\"", false)]
    [InlineData("\"ä\"", false)]
    [InlineData("\"a\\u007f\"", false)]
    [InlineData("7", false)]
    public void A_subject_is_visible_ASCII(string json, bool isValid) =>
        Assert.Equal(isValid, Read($$"""{"sub":{{json}}}""") is not null);

    [Theory]
    [InlineData("key_01arz3ndektsv4rrffq69g5fav", false)]
    [InlineData("proj_01arz3ndektsv4rrffq69g5fav", false)]
    [InlineData("kek_01arz3ndektsv4rrffq69g5fav", false)]
    [InlineData("key_01arz3ndektsv4rrffq69g5fa", true)]
    [InlineData("usr_01arz3ndektsv4rrffq69g5fav", true)]
    [InlineData("01arz3ndektsv4rrffq69g5fav", true)]
    public void A_subject_is_no_id_of_this_server(string subject, bool isValid) => Assert.All(
        new[] { "sub", "/who/0" },
        path => Assert.Equal(isValid, Read(
            $$"""{"sub":"{{subject}}","who":["{{subject}}"]}""", settings => settings.Claims.Subject = path) is not null));

    [Theory]
    [InlineData("""{"name":"A","email":"e","preferred_username":"p"}""", "A")]
    [InlineData("""{"email":"e","preferred_username":"p"}""", "e")]
    [InlineData("""{"name":"","preferred_username":"p"}""", "p")]
    [InlineData("""{"name":7}""", null)]
    public void The_name_is_the_first_of_three_claims(string changes, string? name) => Assert.Equal(name, ReadValid(changes).Name);

    [Fact]
    public void Claims_are_found_by_JSON_pointers()
    {
        var read = ReadValid(
            """{"a":{"sub":"s","role":["x","viewer"],"gr/ps~":["g"]},"ten":["acc_9"],"who":{"n":"N"}}""",
            settings =>
            {
                (settings.Claims.Subject, settings.Claims.RoleName) = ("/a/sub", "/a/role");
                (settings.Claims.Groups, settings.Claims.Workspace, settings.Claims.Name) = ("/a/gr~1ps~0", "/ten/0", "/who/n");
            });

        Assert.Equal(("s", "viewer", "acc_9", "N"), (read.Subject, read.RoleName, read.WorkspaceId, read.Name));
        Assert.Equal(["g"], read.Groups.Names);
    }

    [Theory]
    [InlineData("sub", true)]
    [InlineData("https://claims.example/tenant", true)]
    [InlineData("a~b", true)]
    [InlineData("/a~0b/~1", true)]
    [InlineData("", false)]
    [InlineData("/a~b", false)]
    [InlineData("/a~", false)]
    public void A_pointer_is_well_formed(string path, bool isValid) => Assert.Equal(isValid, ClaimPath.IsValid(path));

    [Theory]
    [InlineData("/list/00")]
    [InlineData("/list/2")]
    [InlineData("/list/-")]
    [InlineData("/sub/0")]
    [InlineData("/none/x")]
    [InlineData("/")]
    public void A_pointer_to_nothing_finds_nothing(string path) =>
        Assert.Null(Read("""{"list":["acc_1","acc_1"]}""", settings => settings.Claims.Workspace = path));

    [Fact]
    public void A_workspace_of_the_settings_wins_over_the_token()
    {
        Assert.Equal("acc_all", ReadValid("""{"accountId":"acc_other"}""", settings => settings.Workspace = "acc_all").WorkspaceId);
        Assert.Equal("acc_all", ReadValid("""{"accountId":"REMOVED"}""", settings => settings.Workspace = "acc_all").WorkspaceId);
        Assert.Null(Read("""{"accountId":"REMOVED"}"""));
    }

    [Theory]
    [FlawClass("foreign tenant")]
    [InlineData("\"example.com\"", true)]
    [InlineData("[\"example.com\"]", true)]
    [InlineData("[\"example.com\",\"example.com\"]", true)]
    [InlineData("[\"example.com\",\"evil.example\"]", false)]
    [InlineData("[]", false)]
    [InlineData("[[\"example.com\"]]", false)]
    [InlineData("null", false)]
    [InlineData("{\"example.com\":1}", false)]
    [InlineData("\"EXAMPLE.COM\"", false)]
    [InlineData("\"example.com.evil.example\"", false)]
    public void A_required_claim_must_have_its_value_alone(string json, bool isValid)
    {
        Assert.Equal(isValid, Read($$"""{"hd":{{json}}}""", Requires("hd", "example.com")) is not null);
        Assert.Null(Read("{}", Requires("hd", "example.com")));
    }

    [Theory]
    [InlineData("12345678901234567890", "12345678901234567890", true)]
    [InlineData("12345678901234567891", "12345678901234567890", false)]
    [InlineData("1.0", "1", false)]
    [InlineData("true", "true", true)]
    [InlineData("\"true\"", "true", true)]
    [InlineData("false", "true", false)]
    public void A_required_number_is_compared_by_its_digits(string json, string value, bool isValid) =>
        Assert.Equal(isValid, Read($$"""{"x":{"id":{{json}} } }""", Requires("/x/id", value)) is not null);

    [Fact]
    [FlawClass("foreign tenant")]
    public void All_required_claims_must_hold() => Assert.Null(Read("""{"a":"1","b":"3"}""", settings =>
    {
        settings.RequiredClaims.Add(new RequiredClaim("a", "1"));
        settings.RequiredClaims.Add(new RequiredClaim("b", "2"));
    }));

    private static (int Count, bool AreOmitted) Counted(string changes)
    {
        var groups = ReadValid(changes).Groups;
        return (groups.Names.Count, groups.AreOmitted);
    }

    private static Action<IdentityProviderSettings> Requires(string claim, string value) =>
        settings => settings.RequiredClaims.Add(new RequiredClaim(claim, value));
}
