using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Versions that are destroyed one by one.</summary>
internal static class DestroyedCases
{
    public static async Task DestroyAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "KEY", "leaked"), "id");
        await server.FailsAsync("CONFLICT", DestroyVersion(id, 1));
        await server.DoAsync(Write(environment, "KEY", "good"));

        foreach (var _ in new[] { "at first", "and again" })
        {
            var done = await server.DoAsync(DestroyVersion(id, 1));
            Assert.Equal((id, 1, true), ((string)done["id"]!, (int)done["version"]!, (bool)done["destroyed"]!));
        }

        await server.FailsAsync("NOT_FOUND", Reveal(id, 1));
        await server.FailsAsync("NOT_FOUND", RollBack(id, 1));
        await server.FailsAsync("NOT_FOUND", DestroyVersion(id, 3));
        await server.FailsAsync("CONFLICT", DestroyVersion(id, 2));
        Assert.Equal("good", await server.TextAsync(Reveal(id), "value"));
        Assert.Equal(
            ["2 written ", "1 written true"],
            (await server.ListAsync(ListVersions(id))).Select(version => $"{version["version"]} {version["kind"]} {version["destroyed"]}"));
        Assert.Equal(
            ["destroyed 1", "written 2", "written 1"],
            (await server.ListAsync(History(environment))).Select(change => $"{change["change"]} {change["version"]}"));
        Assert.Single(await server.ListAsync(Audit("secret.destroy", "success")));
    }

    public static async Task PastAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "LEAKED", "old"), "id");
        await server.DoAsync(Write(environment, "OTHER", "other"));
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "LEAKED", "new"));
        var revision = await server.TextAsync(RevealAll(environment, at: at), "revision");
        await server.DoAsync(DestroyVersion(id, 1));

        var past = await server.DoAsync(RevealAll(environment, at: at));
        Assert.Equal(["OTHER other"], past["secrets"]!.AsArray().Select(secret => $"{secret!["key"]} {secret["value"]}"));
        Assert.Equal(["LEAKED"], past["unrecoverable"]!.AsArray().Select(key => (string)key!));
        Assert.NotEqual(revision, (string)past["revision"]!);
        Assert.Equal(
            ["LEAKED 1", "OTHER 1"],
            (await server.ListAsync(ListSecrets(environment, at))).Select(secret => $"{secret["key"]} {secret["currentVersion"]}"));
        Assert.Equal(
            ["LEAKED different", "OTHER same"],
            (await server.ListAsync(Compare(environment, environment, withAt: at))).Select(key => $"{key["key"]} {key["result"]}"));
        Assert.Equal(
            ["LEAKED unrecoverable", "OTHER unchanged"],
            (await server.DoAsync(Restore(environment, at, dryRun: false)))["changes"]!.AsArray().Select(change => $"{change!["key"]} {change["result"]}"));
        Assert.Equal("new", await server.TextAsync(Reveal(id), "value"));
    }
}
