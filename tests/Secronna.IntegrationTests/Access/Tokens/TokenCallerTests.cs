using Secronna.IdentityProvider;
using Secronna.IdentityProvider.People;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Access.Tokens;
using Xunit;

namespace Secronna.IntegrationTests.Access.Tokens;

/// <summary>The identity and the rights of callers with a valid access token.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class TokenCallerTests
{
    [Fact]
    public async Task A_signed_in_user_can_reveal_and_the_audit_entry_names_the_user()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(provider: provider);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "its value");
        var user = server.With(await provider.TokenAsync(new Person("usr_ada", environment.Workspace.Id, "ada@example.com", "Ada", "member")));

        Assert.Equal("its value", (await user.PostAsync($"/secrets/{id}/reveal")).Is(200).Data.Text("value"));

        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal"));
        Assert.Equal(("user", "usr_ada"), (entry.Text("actorType"), entry.Text("actorId")));
        Assert.Equal(
            $$"""{"actorType":"user","actorId":"usr_ada","workspaceId":"{{environment.Workspace.Id}}","name":"Ada","role":"member","grants":[{"path":"*","actions":["list","reveal","write","delete"]}]}""",
            (await user.GetAsync("/me")).Is(200).Data.GetRawText());
        Assert.Single(await environment.Workspace.AuditAsync("actorId=usr_ada"));
    }

    [Fact]
    public async Task A_service_account_is_identified_as_such()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(provider: provider);
        await server.AllowAsync("acc_alpha");

        var me = (await server.With(await provider.TokenAsync(ServiceAccount.Deployer, scope: "secrets")).GetAsync("/me")).Is(200).Data;

        Assert.Equal(("service_account", "sva_deployer"), (me.Text("actorType"), me.Text("actorId")));
    }

    [Fact]
    public async Task A_token_of_a_workspace_that_is_not_allowed_is_refused_and_logged_and_stores_nothing()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(provider: provider);
        var token = await provider.TokenAsync(new Person("usr_eve", "acc_stranger", null, "Eve", "owner"));

        (await server.With(token).GetAsync("/projects")).IsError(403, "FORBIDDEN");

        Assert.Contains(server.Log.Lines, line => line.Contains("acc_stranger", StringComparison.Ordinal) && line.Contains("usr_eve", StringComparison.Ordinal));
        Assert.Equal(0, server.Count("SELECT count(*) FROM workspaces WHERE id = 'acc_stranger'"));
        await server.AllowAsync("acc_stranger");
        await Until.HoldsAsync("the workspace is allowed", async () => (await server.With(token).GetAsync("/projects")).Status == 200);
    }

    [Theory]
    [InlineData(null, "restricted", 403)]
    [InlineData("viewer", "viewer", 403)]
    [InlineData("admin", "admin", 201)]
    public async Task A_user_without_a_role_has_the_default_role_of_the_settings(string? setting, string role, int status)
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(
            settings => settings.Huudis.DefaultRole = setting ?? settings.Huudis.DefaultRole, provider: provider);
        var workspace = await server.NewWorkspaceAsync();
        var user = Callers.WithToken(workspace, null);

        Assert.Equal(role, (await user.GetAsync("/me")).Is(200).Data.Text("role"));
        (await user.PostAsync("/projects", """{"name":"x"}""")).Is(status);
        (await Callers.WithToken(workspace, "owner").PostAsync("/projects", """{"name":"y"}""")).Is(201);
        var program = Callers.WithToken(workspace, null, "service_account");
        Assert.Equal("restricted", (await program.GetAsync("/me")).Is(200).Data.Text("role"));
        var claims = provider.ClaimsOf(workspace.Id, null);
        claims["preferred_username"] = "service-account-x";
        Assert.Equal("restricted", (await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).Is(200).Data.Text("role"));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("\"Admin\"")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[\"emperor\",[\"admin\"]]")]
    [InlineData("{\"admin\":true}")]
    public async Task A_role_claim_without_a_known_role_gives_nothing_and_not_the_default_role(string json)
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.DefaultRole = "admin", provider: provider);
        var workspace = await server.NewWorkspaceAsync();
        var environment = await workspace.NewTestEnvironmentAsync();
        var user = server.With(provider.Forge.Sign($"{provider.ClaimsOf(workspace.Id, null).ToJsonString()[..^1]},\"role\":{json}}}"));

        Assert.Equal("restricted", (await user.GetAsync("/me")).Is(200).Data.Text("role"));
        Assert.Empty((await user.GetAsync("/projects")).Is(200).Data.EnumerateArray());
        (await user.GetAsync(environment.SecretsPath)).IsError(404, "NOT_FOUND");
        (await user.PostAsync("/projects", """{"name":"x"}""")).IsError(403, "FORBIDDEN");
        (await user.GetAsync("/audit")).IsError(403, "FORBIDDEN");
    }

    [Fact]
    public async Task The_caller_and_the_log_are_told_that_a_token_names_not_all_groups()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(provider: provider);
        var workspace = await server.NewWorkspaceAsync();
        var claims = provider.ClaimsOf(workspace.Id, "viewer");
        Assert.False((await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).Is(200).Data.Has("groupsOmitted"));
        claims["hasgroups"] = true;

        Assert.True((await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).Is(200).Data.GetProperty("groupsOmitted").GetBoolean());
        (await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).Is(200);

        Assert.Single(server.Log.Lines, line => line.Contains("does not name all groups", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_whose_issuer_differs_by_a_slash_is_refused_and_logged_once()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(provider: provider);
        var workspace = await server.NewWorkspaceAsync();
        var claims = provider.ClaimsOf(workspace.Id, "admin");
        claims["iss"] = provider.Issuer + "/";

        (await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");

        Assert.Single(server.Log.Lines, line => line.Contains("by a slash at the end", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_are_told_how_to_sign_in()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(
            settings =>
            {
                (settings.Huudis.TokenType, settings.Huudis.SignIn.WebClientId) = (TokenType.IdToken, "web");
                (settings.Huudis.SignIn.CliClientId, settings.Huudis.SignIn.CliClientSecret) = ("cli", "known to all");
                settings.Huudis.SignIn.Scopes = ["openid"];
                settings.Huudis.SignIn.Parameters["audience"] = "https://secrets.example";
            },
            provider: provider);

        Assert.Equal(
            $$"""{"issuer":"{{provider.Issuer}}","cliClientId":"cli","webClientId":"web","scopes":["openid"],"tokenType":"id_token","params":{"audience":"https://secrets.example"},"cliClientSecret":"known to all"}""",
            (await server.Anyone.GetAsync("/auth/config")).Is(200).Data.GetRawText());
    }

    [Fact]
    public async Task With_RequireMfa_calls_that_open_values_need_a_second_factor_and_those_of_programs_do_not()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.RequireMfa = true, provider: provider);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var person = new Person("usr_ada", environment.Workspace.Id, null, "Ada", "member", MfaVerified: false);
        var without = server.With(await provider.TokenAsync(person));
        var with = server.With(await provider.TokenAsync(person with { MfaVerified = true }));
        var environmentPath = $"/environments/{environment.Id}";
        (string Call, string? Body)[] calls =
        [
            ($"/secrets/{id}/reveal", null), (environmentPath + "/reveal", null), ($"/secrets/{id}/rollback", """{"version":1}"""),
            (environmentPath + "/restore", """{"at":"2026-01-01T00:00:00Z"}"""), (environmentPath + "/compare", $$"""{"with":"{{environment.Id}}"}"""),
        ];
        foreach (var (call, body) in calls)
        {
            (await without.PostAsync(call, body)).IsError(403, "FORBIDDEN");
            Assert.InRange((await with.PostAsync(call, body)).Status, 200, 201);
        }

        (await without.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}""")).IsError(403, "FORBIDDEN");
        (await without.GetAsync(environment.SecretsPath)).Is(200);
        (await without.PutAsync(environment.SecretsPath, """{"key":"KEY","value":"v"}""")).Is(201);
        (await Callers.WithToken(environment.Workspace, "admin", "service_account").PostAsync(calls[0].Call)).Is(200);
        (await environment.RevealAsync(id)).Is(200);
        var denied = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.Equal(
            ["environment.compare", "environment.restore", "secret.reveal", "secret.reveal", "secret.reveal", "secret.rollback"],
            denied.Select(entry => entry.Text("action")).Order(StringComparer.Ordinal));
        Assert.All(denied, entry => Assert.Equal("usr_ada", entry.Text("actorId")));
        Assert.All(denied, entry => Assert.Equal(environment.Id, entry.GetProperty("metadata").Text("environmentId")));
    }

    [Fact]
    public async Task Claims_are_read_under_the_names_in_the_settings()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(
            settings =>
            {
                var claims = settings.Huudis.Claims;
                (claims.Subject, claims.Workspace, claims.RoleName) = ("uid", "https://claims.example/tenant", "secronnaRole");
                (claims.Name, claims.IdentityType, claims.MfaVerified) = ("display", "kind", "mfa");
            },
            provider: provider);
        var workspace = await server.NewWorkspaceAsync();
        var claims = provider.ClaimsOf("acc_other", "owner");
        (claims["uid"], claims["https://claims.example/tenant"], claims["secronnaRole"]) = ("u1", workspace.Id, "viewer");
        (claims["display"], claims["kind"], claims["client_id"]) = ("Uma", "service_account", "program");

        var me = (await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).Is(200).Data;

        Assert.Equal(
            $$"""{"actorType":"service_account","actorId":"u1","workspaceId":"{{workspace.Id}}","name":"Uma","role":"viewer","grants":[{"path":"*","actions":["list"]}]}""", me.GetRawText());
        claims.Remove("uid");
        (await server.With(provider.Forge.Sign(claims)).GetAsync("/me")).Is(401);
    }

    [Fact]
    public async Task Without_a_provider_in_the_settings_every_token_is_refused()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync();
        var workspace = await server.NewWorkspaceAsync();

        (await server.With(provider.TokenOf(workspace.Id, "owner")).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");

        Assert.Equal("""{"issuer":null,"cliClientId":null,"webClientId":null,"scopes":null,"tokenType":null,"params":null,"cliClientSecret":null}""", (await server.Anyone.GetAsync("/auth/config")).Is(200).Data.GetRawText());
        Assert.Equal(0, provider.Faults.DiscoveryRequests);
    }

    [Fact]
    public async Task Users_with_the_same_subject_in_two_workspaces_share_nothing()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 1, provider: provider);
        var (one, other) = (await server.NewTestEnvironmentAsync(), await server.NewTestEnvironmentAsync());
        var (mine, theirs) = (await one.WriteAsync("KEY"), await other.WriteAsync("KEY"));
        var (ada, ada2) = (
            server.With(await provider.TokenAsync(new Person("usr_ada", one.Workspace.Id, null, "Ada", "member"))),
            server.With(await provider.TokenAsync(new Person("usr_ada", other.Workspace.Id, null, "Ada", "member"))));

        (await ada.PostAsync($"/secrets/{mine}/reveal")).Is(200);
        (await ada.PostAsync($"/secrets/{mine}/reveal")).Is(429);
        (await ada2.PostAsync($"/secrets/{theirs}/reveal")).Is(200);
        (await ada2.PostAsync($"/secrets/{mine}/reveal")).Is(429);
        (await ada2.GetAsync($"/secrets/{mine}")).Is(404);
    }
}
