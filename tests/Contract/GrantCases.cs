using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Each action of a grant allows what it says, on the keys that match the grant's path and on no others.</summary>
internal static class GrantCases
{
    private const string Pattern = "web/production/DB_*";

    public static async Task ListAsync(ContractDriver server)
    {
        var (environment, inside, outside) = await CreateTwoKeysAsync(server);
        var lister = await AsKeyWithAsync(server, new Grant(Pattern, ["list"]));
        Assert.Equal(["DB_URL"], TextsOf(await lister.ListAsync(ListSecrets(environment)), "key"));
        Assert.Equal(["DB_URL"], TextsOf(await lister.ListAsync(History(environment)), "key"));
        Assert.Equal(["DB_URL"], TextsOf(await lister.ListAsync(Search("web/production")), "key"));
        Assert.Equal("DB_URL", await lister.TextAsync(GetSecret(inside), "key"));
        Assert.Equal("DB_URL", await lister.TextAsync(FindSecret("web", "production", "DB_URL"), "key"));
        Assert.Single(await lister.ListAsync(ListVersions(inside)));
        await AllNotFoundAsync(
            lister, GetSecret(outside), FindSecret("web", "production", "OTHER"), FindSecret("web", "production", "NONE"), ListVersions(outside),
            Reveal(outside), DeleteSecret(outside), Get("web/production/OTHER"));
        await AllForbiddenAsync(
            lister, Reveal(inside), Get("web/production/DB_URL"), RevealAll(environment), Write(environment, "DB_URL", "x"), RollBack(inside, 1),
            DeleteSecret(inside), Write(environment, "OTHER", "x"), Write(environment, "NONE", "x"));
        Assert.Equal(
            "this needs the action write on web/production/DB_URL; you have list there",
            await lister.FailsAsync("FORBIDDEN", Write(environment, "DB_URL", "x")));
        Assert.Equal(
            "this needs the actions reveal and write on web/production/DB_URL; you have list there",
            await lister.FailsAsync("FORBIDDEN", RollBack(inside, 1)));
        Assert.Equal(
            "this needs the action reveal on web/production/DB_NONE; you have list there",
            await lister.FailsAsync("FORBIDDEN", Get("web/production/DB_NONE")));
        Assert.Equal(
            "this needs the action write in web/production on these keys: DB_URL (you have list), OTHER (you have none)",
            await lister.FailsAsync("FORBIDDEN", Batch(environment, ("DB_URL", "x", null), ("OTHER", "x", null))));
    }

    public static async Task RevealAsync(ContractDriver server)
    {
        var (environment, inside, outside) = await CreateTwoKeysAsync(server);
        var reader = await AsKeyWithAsync(server, new Grant(Pattern, ["reveal"]));
        Assert.Equal("inside", await reader.TextAsync(Reveal(inside), "value"));
        Assert.Equal("inside", await reader.TextAsync(Get("web/production/DB_URL"), "value"));
        AssertValues(new Dictionary<string, string> { ["DB_URL"] = "inside" }, await reader.DoAsync(Fetch("web", "production")));
        Assert.Equal("keys not found: OTHER", await reader.FailsAsync("NOT_FOUND", RevealAll(environment, keys: ["DB_URL", "OTHER"])));
        Assert.Equal("version not found", await reader.FailsAsync("NOT_FOUND", Reveal(inside, 9)));
        Assert.Equal("secret not found", await reader.FailsAsync("NOT_FOUND", Reveal(outside, 9)));
        Assert.Equal(
            "this needs the action write on web/production/DB_URL; you have reveal there", await reader.FailsAsync("FORBIDDEN", RollBack(inside, 9)));
        Assert.Empty(await reader.ListAsync(ListSecrets(environment)));
        Assert.Empty(await reader.ListAsync(Search("DB")));
        await AllNotFoundAsync(reader, Reveal(outside), Get("web/production/OTHER"));
        await AllForbiddenAsync(
            reader, GetSecret(inside), ListVersions(inside), FindSecret("web", "production", "DB_URL"), Write(environment, "DB_URL", "x"),
            RollBack(inside, 1), DeleteSecret(inside));
        var both = await AsKeyWithAsync(server, new Grant(Pattern, ["reveal"]), new Grant("web/production/OTHER", ["list"]));
        Assert.Equal(
            "this needs the action reveal on web/production/OTHER; you have list there",
            await both.FailsAsync("FORBIDDEN", RevealAll(environment, keys: ["DB_URL", "OTHER"])));
    }

    public static async Task WriteAsync(ContractDriver server)
    {
        var (environment, inside, outside) = await CreateTwoKeysAsync(server);
        var writer = await AsKeyWithAsync(server, new Grant(Pattern, ["write"]));
        Assert.Equal(2, (int)(await writer.DoAsync(Write(environment, "DB_URL", "new")))["version"]!);
        await writer.DoAsync(Batch(environment, ("DB_NEW", "new", 0)));
        await AllForbiddenAsync(
            writer, Write(environment, "OTHER", "x"), Write(environment, "db_url", "x"), Batch(environment, ("DB_MORE", "x", null), ("OTHER", "x", null)),
            Reveal(inside), RevealAll(environment), GetSecret(inside), RollBack(inside, 1), DeleteSecret(inside));
        Assert.Equal(
            "this needs the action reveal on this secret; you have write there", await writer.FailsAsync("FORBIDDEN", Reveal(inside)));
        // A rollback needs the grant to reveal as well.
        var both = await AsKeyWithAsync(server, new Grant(Pattern, ["write"]), new Grant("web", ["reveal"]));
        Assert.Equal(3, (int)(await both.DoAsync(RollBack(inside, 1)))["version"]!);
        await AllForbiddenAsync(both, RollBack(outside, 1), Write(environment, "OTHER", "x"));
        var elsewhere = await AsKeyWithAsync(server, new Grant("elsewhere", ["list", "reveal", "write", "delete"]));
        await AllNotFoundAsync(
            elsewhere, Write(environment, "OTHER", "x"), RollBack(inside, 1), Reveal(inside), RevealAll(environment), DeleteSecret(inside),
            DeleteEnvironment(environment, force: true));
        Assert.Equal(["DB_NEW", "DB_URL", "OTHER"], TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
    }

    public static async Task DeleteAsync(ContractDriver server)
    {
        var (environment, inside, outside) = await CreateTwoKeysAsync(server);
        var deleter = await AsKeyWithAsync(server, new Grant(Pattern, ["delete"]));
        await AllNotFoundAsync(deleter, DeleteSecret(outside));
        await AllForbiddenAsync(
            deleter, Reveal(inside), GetSecret(inside), Write(environment, "DB_URL", "x"), RollBack(inside, 1), RevealAll(environment));
        Assert.Equal(
            "this needs the role admin or owner, or an API key; an access key can't do this",
            await deleter.FailsAsync("FORBIDDEN", DeleteEnvironment(environment, force: true)));
        await deleter.FailsAsync("FORBIDDEN", Audit("secret.delete"));
        await deleter.DoAsync(DeleteSecret(inside));
        Assert.Equal(["OTHER"], TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
    }

    public static async Task PastAsync(ContractDriver server)
    {
        var (environment, _, _) = await CreateTwoKeysAsync(server);
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Batch(environment, ("DB_URL", "new", null), ("OTHER", "new", null), ("DB_NEW", "new", null)));
        var writer = await AsKeyWithAsync(server, new Grant(Pattern, ["write", "reveal"]));
        Assert.Equal(
            ["DB_NEW created_since", "DB_URL restored"],
            (await writer.DoAsync(Restore(environment, at, dryRun: false, prune: false)))["changes"]!.AsArray().Select(change => $"{change!["key"]} {change["result"]}"));
        await AllForbiddenAsync(writer, Restore(environment, at, dryRun: true));
        var pruner = await AsKeyWithAsync(server, new Grant(Pattern, ["write", "reveal"]), new Grant("web/production/DB_N*", ["delete"]));
        await server.DoAsync(Write(environment, "DB_MORE", "new"));
        Assert.Equal(
            ["DB_MORE created_since", "DB_NEW pruned", "DB_URL restored"],
            (await pruner.DoAsync(Restore(environment, at, dryRun: true)))["changes"]!.AsArray().Select(change => $"{change!["key"]} {change["result"]}"));
        await server.DoAsync(DeleteSecret(await server.TextAsync(FindSecret("web", "production", "DB_MORE"), "id")));
        AssertValues(
            new Dictionary<string, string> { ["DB_NEW"] = "new", ["DB_URL"] = "inside", ["OTHER"] = "new" }, await server.DoAsync(Fetch("web", "production")));

        await server.DoAsync(Write(environment, "DB_URL", "newest"));
        Assert.Equal(
            ["DB_NEW only_here", "DB_URL different"],
            (await writer.ListAsync(Compare(environment, environment, withAt: at))).Select(key => $"{key["key"]} {key["result"]}"));
        var staging = await server.TextAsync(CreateEnvironment(await server.TextAsync(GetProject("web"), "id"), "Staging"), "id");
        await AllNotFoundAsync(writer, Compare(environment, staging), Compare(staging, environment));
    }

    public static async Task ChangeAsync(ContractDriver server)
    {
        var (environment, inside, outside) = await CreateTwoKeysAsync(server);
        var created = await server.DoAsync(CreateAccessKey("one", null, new Grant(Pattern, ["reveal"])));
        var key = server.As((string)created["token"]!);
        await server.DoAsync(ChangeAccessKey((string)created["id"]!, new Grant("web/*/OTHER", ["reveal"])));
        await key.FailsEventuallyAsync("NOT_FOUND", Reveal(inside));
        Assert.Equal("outside", await key.TextAsync(Reveal(outside), "value"));
        await server.DoAsync(ChangeAccessKey((string)created["id"]!, new Grant("web/production", ["reveal"])));
        await server.DoAsync(DeleteEnvironment(environment, force: true));
        var again = await server.TextAsync(CreateEnvironment(await server.TextAsync(GetProject("web"), "id"), "Production"), "id");
        await key.FailsEventuallyAsync("NOT_FOUND", Reveal(await server.TextAsync(Write(again, "OTHER", "again"), "id")));
        Assert.Empty((await key.DoAsync(Me()))["grants"]!.AsArray());
        var left = Assert.Single(await server.ListAsync(ListAccessKeys()));
        Assert.Equal((true, 0), (left["revokedAt"] is null, left["grants"]!.AsArray().Count));
        await server.DoAsync(RevokeAccessKey((string)created["id"]!));
        await server.FailsAsync("CONFLICT", ChangeAccessKey((string)created["id"]!, new Grant("web", ["list"])));
    }

    public static async Task NoneAsync(ContractDriver server)
    {
        var (environment, inside, _) = await CreateTwoKeysAsync(server);
        var everything = await server.DoAsync(CreateAccessKey("everything"));
        Assert.Equal("*", (string)Assert.Single(everything["grants"]!.AsArray())!["path"]!);
        var all = server.As((string)everything["token"]!);
        Assert.Equal("inside", await all.TextAsync(Reveal(inside), "value"));
        var nothing = server.As(await server.TextAsync(CreatePowerlessKey("nothing"), "token"));
        Assert.Empty((await nothing.DoAsync(Me()))["grants"]!.AsArray());
        Assert.Empty(await nothing.ListAsync(ListProjects()));
        Assert.Empty(await nothing.ListAsync(Search("DB")));
        await AllNotFoundAsync(nothing, Reveal(inside), RevealAll(environment), ListSecrets(environment), Write(environment, "A", "x"), DeleteSecret(inside));
        await server.DoAsync(ChangeAccessKey((string)everything["id"]!));
        await all.FailsEventuallyAsync("NOT_FOUND", Reveal(inside));
        await server.FailsAsync("VALIDATION_ERROR", Raw("PATCH", $"/access-keys/{everything["id"]}", """{"grants":null}"""));
        await server.FailsAsync("VALIDATION_ERROR", Raw("PATCH", $"/access-keys/{everything["id"]}", """{"name":null}"""));
        await server.FailsAsync("VALIDATION_ERROR", Raw("POST", "/access-keys", """{"name":"x","grants":null}"""));
    }

    private static async Task<(string Environment, string Inside, string Outside)> CreateTwoKeysAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var written = await server.ListAsync(Batch(environment, ("DB_URL", "inside", null), ("OTHER", "outside", null)));
        return (environment, (string)written[0]["id"]!, (string)written[1]["id"]!);
    }

    private static Task AllNotFoundAsync(ContractDriver caller, params Operation[] operations) => caller.AllFailAsync("NOT_FOUND", operations);

    private static Task AllForbiddenAsync(ContractDriver caller, params Operation[] operations) => caller.AllFailAsync("FORBIDDEN", operations);

    private static async Task<ContractDriver> AsKeyWithAsync(ContractDriver server, params Grant[] grants) =>
        server.As(await server.TextAsync(CreateAccessKey("key", null, grants), "token"));
}
