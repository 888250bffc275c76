using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.IdentityProvider.People;

namespace Secronna.EndToEndTests.Identity;

/// <summary>People sign in at an identity provider and use a server; all programs run as processes of their own.</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class SignInTests(SharedPostgres postgres)
{
    private static readonly Person Ada = new("usr_ada", TestInstallation.WorkspaceId, "ada@example.com", "Ada", "member");
    private static readonly Person Bob = new("usr_bob", "acc_bob", "bob@example.com", "Bob", "owner");
    private static readonly Person Eve = new("usr_eve", "acc_eve", "eve@example.com", "Eve", "owner");

    [Fact]
    public async Task A_user_of_an_allowed_workspace_reveals_with_an_audit_entry_and_users_of_others_see_nothing()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var provider = await ProviderProcess.StartAsync(installation.Folder, Ada, Bob, Eve);
        TrustProvider(provider, installation);
        await installation.DoAsync("workspace", "allow", Bob.AccountId!);
        await using var server = await installation.ServeAsync();
        using var admin = new Api(server.Url, installation.Token);
        var environment = (await admin.CreateEnvironmentAsync("Web")).EnvironmentId;
        var id = (string)(await admin.WriteAsync(environment, "DB_URL", "postgres://there")).Data["id"]!;

        using var ada = new Api(server.Url, await provider.SignInAsync(Ada));
        Assert.Equal("postgres://there", (string)(await ada.RevealAsync(id, 1)).Data["value"]!);
        var entry = Assert.Single(await ada.ListAsync("/api/v1/audit?action=secret.reveal"));
        Assert.Equal(("user", "usr_ada", "success"), ((string)entry["actorType"]!, (string)entry["actorId"]!, (string)entry["outcome"]!));
        Assert.Equal(provider.Issuer, (string)(await ada.GetAsync("/api/v1/auth/config")).Data["issuer"]!);

        using var bob = new Api(server.Url, await provider.SignInAsync(Bob));
        Assert.Empty(await bob.ListAsync("/api/v1/projects"));
        Assert.Empty(await bob.ListAsync("/api/v1/search/secrets?q=DB"));
        Assert.Equal(404, (await bob.RevealAsync(id, 1)).Status);
        using var eve = new Api(server.Url, await provider.SignInAsync(Eve));
        Assert.Equal(403, (await eve.GetAsync("/api/v1/projects")).Status);
        await Until.HoldsAsync("the log names the refused workspace", () => server.Log.Contains("acc_eve", StringComparison.Ordinal));
        Assert.DoesNotContain("acc_eve", (await installation.DoAsync("workspace", "list")).Out, StringComparison.Ordinal);

        using var requests = new RepeatedRequest(ada);
        await requests.ExpectAcceptedAsync();
        await installation.DoAsync("workspace", "deny", TestInstallation.WorkspaceId);
        await requests.ExpectRefusedWithinASecondAsync(403);
    }

    [Fact]
    public async Task While_the_provider_is_down_known_signing_keys_still_work_and_a_server_without_them_answers_UNAVAILABLE()
    {
        using var installation = await TestInstallation.CreateAsync();
        var provider = await ProviderProcess.StartAsync(installation.Folder, Ada);
        TrustProvider(provider, installation);
        var token = await provider.SignInAsync(Ada);
        await using var server = await installation.ServeAsync();
        using var ada = new Api(server.Url, token);
        Assert.Equal(200, (await ada.GetAsync("/api/v1/me")).Status);

        await provider.DisposeAsync();

        Assert.Equal(200, (await ada.GetAsync("/api/v1/me")).Status);
        await using var another = await installation.ServeAsync();
        using var adaOnAnother = new Api(another.Url, token);
        Assert.Equal("UNAVAILABLE", (await adaOnAnother.GetAsync("/api/v1/me")).ErrorCode);
        using var admin = new Api(another.Url, installation.Token);
        Assert.Equal(200, (await admin.GetAsync("/api/v1/me")).Status);
    }

    [Fact]
    public async Task Tokens_of_a_denied_workspace_are_refused_by_every_node_within_a_second()
    {
        using var folder = new TemporaryFolder();
        await using var provider = await ProviderProcess.StartAsync(folder, Ada);
        var settings = new Dictionary<string, string>(provider.Settings);
        await using var nodes = await NodeSet.StartAsync(
            await postgres.Cluster.NewDatabaseAsync(), settings, settings, settings);
        using var requests = new RepeatedRequestOnNodes(nodes, await provider.SignInAsync(Ada));
        await requests.ExpectAcceptedAsync();

        await nodes.Installation.DoAsync("workspace", "deny", TestInstallation.WorkspaceId);

        await requests.ExpectRefusedWithinASecondAsync(403);
    }

    private static void TrustProvider(ProviderProcess provider, TestInstallation installation)
    {
        foreach (var (name, value) in provider.Settings)
        {
            installation.Environment[name] = value;
        }
    }
}
