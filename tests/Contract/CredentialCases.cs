using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>API keys and access keys, and what an access key may do.</summary>
internal static class CredentialCases
{
    public static async Task GrantsAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var url = await server.TextAsync(Write(environment, "DB_URL", "url"), "id");
        var other = await server.TextAsync(Write(environment, "OTHER", "o"), "id");
        await server.DoAsync(CreateEnvironment(project, "Staging"));
        await server.DoAsync(CreateProject("Hidden"));
        var reader = await AsKeyWithAsync(server, new Grant("web/production/DB_*", ["list", "reveal"]));

        Assert.Equal(["web"], TextsOf(await reader.ListAsync(ListProjects()), "slug"));
        Assert.Equal(["production"], TextsOf(await reader.ListAsync(ListEnvironments(project)), "slug"));
        Assert.Equal(["DB_URL"], TextsOf(await reader.ListAsync(ListSecrets(environment)), "key"));
        AssertValues(new Dictionary<string, string> { ["DB_URL"] = "url" }, await reader.DoAsync(Fetch("web", "production")));
        Assert.Equal("url", await reader.TextAsync(Reveal(url), "value"));
        await reader.FailsAsync("NOT_FOUND", Reveal(other));
        await reader.FailsAsync("NOT_FOUND", Get("web/production/OTHER"));
        await reader.FailsAsync("NOT_FOUND", GetProject("hidden"));
        await reader.FailsAsync("FORBIDDEN", Write(environment, "DB_URL", "mine"));
        await reader.FailsAsync("FORBIDDEN", DeleteSecret(url));
        await reader.FailsAsync("FORBIDDEN", CreateProject("Mine"));
        await reader.FailsAsync("FORBIDDEN", CreateAccessKey("mine"));
        Assert.Equal(["DB_URL"], TextsOf(await reader.ListAsync(Search("web")), "key"));

        var writer = await AsKeyWithAsync(server, new Grant("web", ["write"]));
        Assert.Equal(2, (int)(await writer.DoAsync(Write(environment, "OTHER", "new")))["version"]!);
        await writer.FailsAsync("FORBIDDEN", Reveal(other));
        Assert.Equal("access_key", await writer.TextAsync(Me(), "actorType"));
    }

    public static async Task AccessKeysAsync(ContractDriver server)
    {
        var created = await server.DoAsync(CreateAccessKey("ci", 30, new Grant("web/production/DB_*", ["list", "reveal"])));
        var (id, token) = ((string)created["id"]!, (string)created["token"]!);
        Assert.StartsWith("st_live_", token, StringComparison.Ordinal);
        var listed = Assert.Single(await server.ListAsync(ListAccessKeys()));
        Assert.Equal((id, "web/production/DB_*"), ((string)listed["id"]!, (string)listed["grants"]![0]!["path"]!));
        Assert.Null(listed["token"]);
        await server.FailsAsync("VALIDATION_ERROR", CreateAccessKey("x", 0));
        await server.FailsAsync("VALIDATION_ERROR", CreateAccessKey("x", 3_651));
        await server.FailsAsync("VALIDATION_ERROR", CreateAccessKey("x", null, new Grant("web", ["rule"])));
        await server.FailsAsync("VALIDATION_ERROR", CreateAccessKey("x", null, new Grant("web/a/b/c", ["list"])));
        var changed = await server.DoAsync(ChangeAccessKey(id, new Grant("api", ["write"])));
        Assert.Equal("api", (string)changed["grants"]![0]!["path"]!);
        var key = server.As(token);
        Assert.Equal("api", (string)(await key.DoAsync(Me()))["grants"]![0]!["path"]!);
        Assert.NotNull((await server.DoAsync(RevokeAccessKey(id)))["revokedAt"]);
        await key.FailsEventuallyAsync("AUTH_REQUIRED", Me());
        Assert.NotNull(Assert.Single(await server.ListAsync(ListAccessKeys()))["revokedAt"]);
        await server.FailsAsync("NOT_FOUND", RevokeAccessKey("at_none"));
    }

    public static async Task ApiKeysAsync(ContractDriver server)
    {
        var before = (await server.ListAsync(ListApiKeys())).Count;
        var created = await server.DoAsync(CreateApiKey("deploy"));
        Assert.StartsWith("sk_live_", (string)created["token"]!, StringComparison.Ordinal);
        var another = server.As((string)created["token"]!);
        Assert.Equal("api_key", await another.TextAsync(Me(), "actorType"));
        Assert.Equal(before + 1, (await server.ListAsync(ListApiKeys())).Count);
        Assert.True((bool)(await server.DoAsync(DeleteApiKey((string)created["id"]!)))["deleted"]!);
        await another.FailsEventuallyAsync("AUTH_REQUIRED", Me());
        await server.FailsAsync("NOT_FOUND", DeleteApiKey((string)created["id"]!));
        await server.As("sk_live_0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij").FailsAsync("AUTH_REQUIRED", ListProjects());
    }

    public static async Task MadeAsync(ContractDriver server)
    {
        var root = await server.DoAsync(CreateApiKey("root", 30));
        Assert.Equal((string)(await server.DoAsync(Me()))["actorId"]!, (string)root["createdBy"]!);
        Assert.NotNull(root["expiresAt"]);
        var byRoot = server.As((string)root["token"]!);
        var access = await byRoot.DoAsync(CreateAccessKey("access"));
        var child = await byRoot.DoAsync(CreateApiKey("child"));
        var grandchild = await server.As((string)child["token"]!).DoAsync(CreateAccessKey("grandchild", 3));
        Assert.Equal(((string)root["id"]!, (string)root["expiresAt"]!), ((string)child["createdBy"]!, (string)child["expiresAt"]!));
        Assert.Equal((string)child["id"]!, (string)grandchild["createdBy"]!);
        await byRoot.FailsAsync("VALIDATION_ERROR", CreateApiKey("longer", 31));
        await byRoot.FailsAsync("VALIDATION_ERROR", LiftExpiry((string)access["id"]!));
        Assert.Null((await server.DoAsync(LiftExpiry((string)access["id"]!)))["expiresAt"]);
        var made = await server.DoAsync(GetMadeByApiKey((string)root["id"]!));
        Assert.Equal([(string)child["id"]!], TextsOf(made["apiKeys"]!.AsArray()!, "id"));
        Assert.Equal([(string)access["id"]!, (string)grandchild["id"]!], TextsOf(made["accessKeys"]!.AsArray()!, "id"));
        Assert.Empty((await server.DoAsync(GetMadeByAccessKey((string)access["id"]!)))["apiKeys"]!.AsArray());
        await server.FailsAsync("NOT_FOUND", GetMadeByApiKey((string)access["id"]!));
        await server.FailsAsync("NOT_FOUND", GetMadeByAccessKey((string)root["id"]!));

        await server.DoAsync(DeleteApiKey((string)child["id"]!));
        Assert.NotNull((await server.DoAsync(GetMadeByApiKey((string)root["id"]!)))["apiKeys"]![0]!["revokedAt"]);
        var deleted = await server.DoAsync(DeleteApiKey((string)root["id"]!, cascade: true));
        Assert.Equal([(string)access["id"]!, (string)grandchild["id"]!], deleted["alsoRevoked"]!.AsArray().Select(id => (string)id!));
        await server.As((string)grandchild["token"]!).FailsEventuallyAsync("AUTH_REQUIRED", Me());
        await server.FailsAsync("NOT_FOUND", DeleteApiKey((string)root["id"]!));
        Assert.Empty((await server.DoAsync(DeleteApiKey((string)root["id"]!, cascade: true)))["alsoRevoked"]!.AsArray());
    }

    public static async Task RefusalsAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", "one"), "id");
        var lister = await AsKeyWithAsync(server, new Grant("web", ["list"]));
        await lister.FailsAsync("FORBIDDEN", Reveal(id));
        await lister.FailsAsync("NOT_FOUND", Reveal("sec_none"));
        var refused = Assert.Single(await server.ListAsync(Audit("secret.reveal", "denied")), entry => entry.ToJsonString().Contains(id, StringComparison.Ordinal));
        Assert.Equal("access_key", (string)refused["actorType"]!);
    }

    private static async Task<ContractDriver> AsKeyWithAsync(ContractDriver server, params Grant[] grants) =>
        server.As(await server.TextAsync(CreateAccessKey("key " + grants[0].Path + grants[0].Actions[0], null, grants), "token"));
}
