using Microsoft.Extensions.Configuration;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

/// <summary>Settings of the identity provider are read, and those that can't work or would let strangers in stop the start.</summary>
public sealed class ProviderSettingsTests
{
    private const string Issuer = "https://id.example.com";

    private static readonly (string Name, string Text, Func<IdentityProviderSettings, object?> Setting, object? Value)[] Every =
    [
        ("Issuer", "https://huudis.com", settings => settings.Issuer, "https://huudis.com"),
        ("DefaultRole", "viewer", settings => settings.DefaultRole, "viewer"),
        ("Workspace", "acc_a", settings => settings.Workspace, "acc_a"),
        ("IssuerIsOurs", "true", settings => settings.IssuerIsOurs, true),
        ("RequireMfa", "true", settings => settings.RequireMfa, true),
        ("MfaMethods:0", "otp", settings => settings.MfaMethods.Single(), "otp"),
        ("MfaContexts:0", "gold", settings => settings.MfaContexts.Single(), "gold"),
        ("Programs:0", "deployer", settings => settings.Programs.Single(), "deployer"),
        ("AccessTokens", "unmarked", settings => settings.AcceptsUnmarked, true),
        ("AccessTokens", "Marked", settings => settings.AcceptsUnmarked, false),
        ("TokenType", "IdToken", settings => settings.TokenType, TokenType.IdToken),
        ("TokenType", "accesstoken", settings => settings.TokenType, TokenType.AccessToken),
        ("MaxTokenLifetime", "90m", settings => settings.MaxTokenLifetime, TimeSpan.FromMinutes(90)),
        ("MaxTokenLifetime", "12h", settings => settings.MaxTokenLifetime, TimeSpan.FromHours(12)),
        ("MaxTokenLifetime", "30d", settings => settings.MaxTokenLifetime, TimeSpan.FromDays(30)),
        ("Claims:Subject", "oid", settings => settings.Claims.Subject, "oid"),
        ("Claims:Workspace", "tid", settings => settings.Claims.Workspace, "tid"),
        ("Claims:IdentityType", "kind", settings => settings.Claims.IdentityType, "kind"),
        ("Claims:Name", "display", settings => settings.Claims.Name, "display"),
        ("Claims:Email", "mail", settings => settings.Claims.Email, "mail"),
        ("Claims:Role", "/realm_access/roles", settings => settings.Claims.RoleName, "/realm_access/roles"),
        ("Claims:Groups", "memberOf", settings => settings.Claims.Groups, "memberOf"),
        ("Claims:MfaVerified", "mfa", settings => settings.Claims.MfaVerified, "mfa"),
        ("Claims:Scope", "scopes", settings => settings.Claims.Scope.Single(), "scopes"),
        ("Roles:lead", "admin", settings => settings.Roles.Single(), new RoleMapping("lead", "admin")),
        ("RequiredClaims:hd", "example.com", settings => settings.RequiredClaims.Single(), new RequiredClaim("hd", "example.com")),
        ("CliClientId", "cli", settings => settings.SignIn.CliClientId, "cli"),
        ("CliClientSecret", "s", settings => settings.SignIn.CliClientSecret, "s"),
        ("WebClientId", "web", settings => settings.SignIn.WebClientId, "web"),
        ("Scopes:0", "openid", settings => settings.SignIn.Scopes.Single(), "openid"),
        ("AuthParams:audience", "https://s.example", settings => settings.SignIn.Parameters["audience"], "https://s.example"),
    ];

    [Fact]
    public void Every_setting_is_read() => Assert.All(Every, setting => Assert.Equal(
        setting.Value,
        setting.Setting(Read([
            .. setting.Name == "Issuer" ? Array.Empty<(string, string)>() : [("Issuer", Issuer)],
            ("Audiences:0", "secronna"),
            .. setting.Name == "Workspace" ? new[] { ("IssuerIsOurs", "true") } : [],
            (setting.Name, setting.Text),
        ]))));

    [Theory]
    [InlineData("DefaultRole", "none")]
    [InlineData("DefaultRole", "emperor")]
    [InlineData("Workspace", "acc a")]
    [InlineData("IssuerIsOurs", "yes")]
    [InlineData("AccessTokens", "Any")]
    [InlineData("TokenType", "Refresh")]
    [InlineData("TokenType", "1")]
    [InlineData("MaxTokenLifetime", "0h")]
    [InlineData("MaxTokenLifetime", "24:00:00")]
    [InlineData("MaxTokenLifetime", "31d")]
    [InlineData("MaxTokenLifetime", "24")]
    [InlineData("MaxTokenLifetime", "h")]
    [InlineData("MaxTokenLifetime", "99999999d")]
    [InlineData("Claims:Scope", "")]
    [InlineData("Claims:Role", "/a~b")]
    [InlineData("Claims:Rolle", "role")]
    [InlineData("Roles:lead", "boss")]
    [InlineData("Roles:0:From", "lead")]
    [InlineData("Roles:0:To", "admin")]
    [InlineData("Roles:0:Name", "x")]
    [InlineData("Roles", "x")]
    [InlineData("RequiredClaims:hd", "*.example.com")]
    [InlineData("RequiredClaims:hd", "")]
    [InlineData("RequiredClaims:0:Value", "x")]
    [InlineData("Programs:0", "")]
    [InlineData("Programs:0", "secronna-cli")]
    [InlineData("MfaMethods:0", " ")]
    [InlineData("AuthParams:client_id", "x")]
    [InlineData("AuthParams:Client_Id", "x")]
    [InlineData("AuthParams:scope", "x")]
    [InlineData("AuthParams:redirect_uri", "x")]
    [InlineData("AuthParams:response_mode", "x")]
    [InlineData("AuthParams:response_type", "x")]
    [InlineData("AuthParams:state", "x")]
    [InlineData("AuthParams:nonce", "x")]
    [InlineData("AuthParams:code_challenge", "x")]
    [InlineData("AuthParams:code_challenge_method", "x")]
    [InlineData("AuthParams:request", "x")]
    [InlineData("AuthParams:request_uri", "x")]
    [InlineData("AuthParams:audience", "")]
    [InlineData("Scope", "openid")]
    public void The_refusal_of_a_wrong_setting_names_it(string name, string text)
    {
        var message = Refusal(("Issuer", Issuer), ("Audiences:0", "secronna"), (name, text));
        Assert.Contains(
            "Secronna__Huudis__" + name.Replace(":0:From", ":0:", StringComparison.Ordinal).Replace(":0:To", ":0:", StringComparison.Ordinal)
                .Replace(":0:Value", ":0:", StringComparison.Ordinal).Replace("Programs:0", "Programs", StringComparison.Ordinal)
                .Replace(":", "__", StringComparison.Ordinal),
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_without_audiences_fails_and_says_what_to_write()
    {
        Assert.Equal(
            "Secronna__Huudis__Audiences__0 is not set: write the audience that the provider puts into access tokens for this server, such as "
            + "Secronna__Huudis__Audiences__0=https://secrets.example.com; no other service may have the same one",
            Refusal(("Issuer", Issuer)));
        Assert.Contains("client ids", Refusal(("Issuer", Issuer), ("TokenType", "IdToken")), StringComparison.Ordinal);
        Assert.Empty(Read().Audiences);
    }

    [Theory]
    [InlineData("http://huudis.example", null)]
    [InlineData("HTTP://huudis.example", "true")]
    public void An_issuer_without_TLS_is_refused_if_TLS_is_required(string issuer, string? required)
    {
        var message = Refusal([
            ("Issuer", issuer), ("Audiences:0", "secronna"), .. required is null ? Array.Empty<(string, string)>() : [("RequireHttpsMetadata", required)]]);
        Assert.Contains("Secronna__Huudis__Issuer", message, StringComparison.Ordinal);
        Assert.Contains("Secronna__Huudis__RequireHttpsMetadata", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_issuer_without_TLS_is_accepted_if_TLS_is_not_required() => Assert.Equal(
        "http://huudis.example",
        Read(("Issuer", "http://huudis.example"), ("Audiences:0", "secronna"), ("RequireHttpsMetadata", "false")).Issuer);

    [Theory]
    [InlineData("https://accounts.google.com")]
    [InlineData("https://gitlab.com")]
    [InlineData("https://login.salesforce.com")]
    [InlineData("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0")]
    [InlineData("https://login.microsoftonline.com/consumers/v2.0")]
    [InlineData("https://login.microsoftonline.com/common/v2.0")]
    [FlawClass("foreign tenant")]
    public void An_issuer_at_which_everybody_can_get_an_account_is_never_ours(string issuer) =>
        Assert.StartsWith("Secronna__Huudis__Issuer", Refusal(("Issuer", issuer), ("Audiences:0", "a"), ("IssuerIsOurs", "true")), StringComparison.Ordinal);

    [Fact]
    [FlawClass("foreign tenant")]
    public void One_workspace_for_all_needs_a_required_claim_or_an_issuer_of_ours()
    {
        (string, string)[] settings = [("Issuer", Issuer), ("Audiences:0", "a"), ("Workspace", "acc_a")];
        var message = Refusal(settings);
        Assert.StartsWith("Secronna__Huudis__Workspace", message, StringComparison.Ordinal);
        Assert.Contains("IssuerIsOurs", message, StringComparison.Ordinal);
        Assert.Equal("acc_a", Read([.. settings, ("IssuerIsOurs", "true")]).Workspace);
        Assert.Equal("acc_a", Read([.. settings, ("RequiredClaims:hd", "example.com")]).Workspace);
        Refusal([.. settings, ("IssuerIsOurs", "true"), ("Claims:Workspace", "tid")]);
        Refusal(
            ("Issuer", "https://login.microsoftonline.com/consumers/v2.0"), ("Audiences:0", "a"), ("Workspace", "acc_a"),
            ("RequiredClaims:tid", "9188040d-6c67-4c5b-b112-36a304b66dad"));
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("/aud/0")]
    [InlineData("azp")]
    [InlineData("client_id")]
    [InlineData("email_verified")]
    [InlineData("typ")]
    [InlineData("token_use")]
    [InlineData("exp")]
    [InlineData("iat")]
    [FlawClass("foreign tenant")]
    public void A_required_claim_that_every_token_has_is_no_choice_of_ones_own_people(string claim)
    {
        (string, string)[] settings =
            [("Issuer", Issuer), ("Audiences:0", "a"), ("Workspace", "acc_a"), ("RequiredClaims:0:Claim", claim), ("RequiredClaims:0:Value", "x")];
        Assert.StartsWith("Secronna__Huudis__Workspace", Refusal(settings), StringComparison.Ordinal);
        Assert.Equal("acc_a", Read([.. settings, ("RequiredClaims:hd", "example.com")]).Workspace);
        Assert.Equal("acc_a", Read([.. settings, ("IssuerIsOurs", "true")]).Workspace);
    }

    [Theory]
    [InlineData("https://ann:hunter2@login.microsoftonline.com/common/v2.0")]
    [InlineData("https://id.example.com/?key=hunter2")]
    [InlineData("https://id.example.com/#hunter2")]
    public void An_issuer_that_may_hold_a_credential_is_refused_without_repeating_it(string issuer)
    {
        var message = Refusal(("Issuer", issuer), ("Audiences:0", "a"));
        Assert.StartsWith("Secronna__Huudis__Issuer", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://login.microsoftonline.com/{tenantid}/v2.0", "https://login.microsoftonline.com/t-1/v2.0")]
    [InlineData("https://login.microsoftonline.com/common/v2.0", "https://login.microsoftonline.com/t-1/v2.0")]
    [InlineData("https://login.microsoftonline.com/organizations/v2.0", "https://login.microsoftonline.com/t-1/v2.0")]
    [InlineData("https://login.microsoftonline.us/{tenantId}/v2.0", "https://login.microsoftonline.us/t-1/v2.0")]
    [InlineData("https://sts.windows.net/{tenantid}/", "https://sts.windows.net/t-1/")]
    [InlineData("https://login.microsoftonline.com/t-2/v2.0", "https://login.microsoftonline.com/t-2/v2.0")]
    [InlineData("https://id.example.com/common/v2.0", "https://id.example.com/common/v2.0")]
    public void The_tenant_of_the_required_claim_fills_an_issuer_of_several_tenants(string written, string issuer)
    {
        Assert.Equal(issuer, Read(("Issuer", written), ("Audiences:0", "a"), ("RequiredClaims:tid", "t-1")).Issuer);
        if (written != issuer)
        {
            Assert.Contains(issuer.Replace("t-1", "<tenant id>", StringComparison.Ordinal), Refusal(("Issuer", written), ("Audiences:0", "a")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_that_a_setting_cannot_have_stand_in_a_list()
    {
        var settings = Read(
            ("Issuer", Issuer), ("Audiences:0", "a"),
            ("Roles:0:From", "urn:x:lead"), ("Roles:0:To", "admin"), ("Roles:1:From", "Lead"), ("Roles:1:To", "viewer"), ("Roles:lead", "member"),
            ("RequiredClaims:5:Claim", "https://x.example/org"), ("RequiredClaims:5:Value", "o1"), ("RequiredClaims:2:Claim", "/a/b"), ("RequiredClaims:2:Value", "c"));

        Assert.Equal([new("lead", "member"), new("urn:x:lead", "admin"), new("Lead", "viewer")], settings.Roles);
        Assert.Equal([new("/a/b", "c"), new("https://x.example/org", "o1")], settings.RequiredClaims);
    }

    [Fact]
    public void Two_settings_about_one_name_stop_the_start_by_name()
    {
        var message = Refusal(("Issuer", Issuer), ("Audiences:0", "a"), ("Roles:lead", "admin"), ("Roles:0:From", "lead"), ("Roles:0:To", "viewer"));

        Assert.Contains("Secronna__Huudis__Roles__lead", message, StringComparison.Ordinal);
        Assert.Contains("Secronna__Huudis__Roles__0__To", message, StringComparison.Ordinal);
        Refusal(
            ("Issuer", Issuer), ("Audiences:0", "a"),
            ("RequiredClaims:0:Claim", "hd"), ("RequiredClaims:0:Value", "x"), ("RequiredClaims:1:Claim", "hd"), ("RequiredClaims:1:Value", "y"));
    }

    [Theory]
    [InlineData("Audiences:1", "account", true)]
    [InlineData("Audiences:1", "api://default", true)]
    [InlineData("Audiences:1", "https://tenant.auth0.example/userinfo", true)]
    [InlineData("Audiences:1", Issuer, true)]
    [InlineData("DefaultRole", "owner", true)]
    [InlineData("DefaultRole", "admin", true)]
    [InlineData("Claims:Subject", "email", false)]
    [InlineData("Claims:Subject", "upn", false)]
    [InlineData("Claims:Subject", "/preferred_username", false)]
    [InlineData("TokenType", "IdToken", false)]
    public void Settings_that_endanger_are_found(string name, string value, bool isDangerous)
    {
        (string, string)[] good = [("Issuer", Issuer), ("Audiences:0", "https://secrets.example.com")];
        Assert.Empty(ProviderRules.Risks(Read(good)));

        var risk = Assert.Single(ProviderRules.Risks(Read([.. good, (name, value)])));

        Assert.Equal(isDangerous, risk.IsDangerous);
        Assert.StartsWith("Secronna__Huudis__", risk.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_keys_of_a_provider_without_TLS_on_another_machine_are_a_danger()
    {
        (string, string)[] Settings(string issuer) => [("Issuer", issuer), ("Audiences:0", "a"), ("RequireHttpsMetadata", "false")];

        Assert.True(Assert.Single(ProviderRules.Risks(Read(Settings("http://id.example.com")))).IsDangerous);
        Assert.Empty(ProviderRules.Risks(Read(Settings("http://127.0.0.1:9000"))));
    }

    private static string Refusal(params (string Name, string Value)[] settings) =>
        Assert.Throws<SettingsException>(() => Read(settings)).Message;

    private static IdentityProviderSettings Read(params (string Name, string Value)[] settings) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting =>
            new KeyValuePair<string, string?>("Secronna:Huudis:" + setting.Name, setting.Value))).Build()).Huudis;
}
