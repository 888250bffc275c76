using System.Text.Json.Nodes;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A kind of caller with a valid credential, and what the contract lets it do.</summary>
/// <param name="Name">The name in failure messages.</param>
/// <param name="NewAsync">Creates a new caller in a workspace. Its grants, if any, are made for a target and a right.</param>
/// <param name="Rights">The column of this kind in the contract's table of roles.</param>
/// <param name="SeesTarget">Whether the caller has any action on the target.</param>
/// <param name="ReachesTarget">Whether the caller's grants reach the target for a right. <c>null</c> means that they always do.</param>
/// <param name="LacksSecondFactor">Whether the caller lacks the second factor on a server that requires it.</param>
internal sealed record CallerKind(
    string Name, Func<Workspace, Target, Right, Task<ApiClient>> NewAsync, Right[] Rights, Func<Right, bool>? ReachesTarget = null,
    bool SeesTarget = true, bool LacksSecondFactor = false)
{
    public override string ToString() => Name;
}

/// <summary>All kinds of callers, with valid and with invalid credentials.</summary>
internal static class Callers
{
    private static readonly Right[] AllRights = Enum.GetValues<Right>();
    private static readonly Right[] ViewerRights = [Right.Self, Right.View, Right.List, Right.Audit];
    private static readonly Right[] MemberRights = [.. ViewerRights, Right.Reveal, Right.Write, Right.Restore, Right.Delete];
    private static readonly Right[] AccessKeyRights =
        [Right.Self, Right.View, Right.List, Right.Reveal, Right.Write, Right.Restore, Right.Delete];

    public static IReadOnlyList<CallerKind> Valid { get; } =
    [
        new("API key", async (workspace, _, _) => workspace.Server.With(
            (await workspace.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data.Text("token")), AllRights),
        User("owner", AllRights),
        User("admin", AllRights),
        User("member", MemberRights),
        User("viewer", ViewerRights),
        Restricted("user with an unknown role", "emperor"),
        Restricted("user without a role", null),
        Restricted("service account without a role", null, "service_account"),
        new("service account", (workspace, _, _) => Task.FromResult(WithToken(workspace, "admin", "service_account")), AllRights),
        AccessKey("access key", (_, _) => null),
        AccessKey("access key with an empty list of grants", (_, _) => "[]", right => right == Right.Self, seesTarget: false),
        AccessKey("access key with the grant", (target, _) => Grant(target, "list", "reveal", "write", "delete")),
        AccessKey("access key with just the grant", (target, right) => Grant(target, ActionsOf(right) is { Length: > 0 } actions ? actions : ["list"])),
        AccessKey(
            "access key with all but the grant",
            (target, right) => Grant(target, [.. new[] { "list", "reveal", "write", "delete" }.Where(action => action != ActionsOf(right).LastOrDefault())]),
            right => ActionsOf(right).Length == 0),
        AccessKey(
            "access key with grants elsewhere",
            (_, _) => """[{"path":"elsewhere","actions":["list","reveal","write","delete"]},{"path":"else*/ours/KEY","actions":["list"]}]""",
            right => right == Right.Self, seesTarget: false),
    ];

    /// <summary>The kinds of callers of a server that requires the second factor: with it, without it, and those who have none.</summary>
    public static IReadOnlyList<CallerKind> WhereSecondFactorIsRequired { get; } =
    [
        .. from user in new[] { ("owner", AllRights), ("admin", AllRights), ("member", MemberRights), ("viewer", ViewerRights) }
           from hasFactor in new[] { true, false }
           select UserWith(hasFactor, user.Item1, user.Item2),
        Valid.Single(kind => kind.Name == "API key"),
        Valid.Single(kind => kind.Name == "service account"),
        Valid.Single(kind => kind.Name == "access key"),
    ];

    /// <summary>
    /// A client with a new user's or service account's token. The provider's own key signs it, so no sign-in is needed.
    /// </summary>
    public static ApiClient WithToken(Workspace workspace, string? role, string identityType = "user") =>
        workspace.Server.With(workspace.Server.Provider!.TokenOf(workspace.Id, role, identityType));

    /// <summary>A client with a new user's token, with or without the second factor.</summary>
    public static ApiClient WithSecondFactor(Workspace workspace, string role, bool hasFactor)
    {
        var claims = workspace.Server.Provider!.ClaimsOf(workspace.Id, role);
        claims["mfaVerified"] = hasFactor;
        return workspace.Server.With(workspace.Server.Provider!.Forge.Sign(claims));
    }

    public static string TokenOf(this TestIdentityProvider provider, string workspaceId, string? role, string identityType = "user") =>
        provider.Forge.Sign(provider.ClaimsOf(workspaceId, role, identityType));

    /// <summary>The claims of a new user of a workspace.</summary>
    public static JsonObject ClaimsOf(this TestIdentityProvider provider, string workspaceId, string? role, string identityType = "user")
    {
        var subject = "usr_" + System.Security.Cryptography.RandomNumberGenerator.GetHexString(12, lowercase: true);
        var claims = provider.Forge.ClaimsOf(
            new Person(subject, workspaceId, "ada@example.com", "Ada", role, MfaVerified: false) { IdentityType = identityType });
        if (identityType == "service_account")
        {
            // No program signs in through the command line's client.
            claims["client_id"] = ServiceAccount.Deployer.ClientId;
        }

        return claims;
    }

    /// <summary>Clients with every kind of invalid or denied credential, and the status of the answer to each.</summary>
    public static async Task<List<(string Kind, ApiClient Client, int Status)>> InvalidAsync(TestServer server, Workspace own)
    {
        var (revoked, expired) = (await own.NewAccessKeyAsync(), await own.NewAccessKeyAsync());
        (await own.Api.PostAsync($"/access-keys/{revoked.Text("id")}/revoke")).Is(200);
        server.Sql("UPDATE credentials SET expires_at = 1 WHERE id = @id", ("@id", expired.Text("id")));
        var deleted = (await own.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data;
        (await own.Api.DeleteAsync("/api-keys/" + deleted.Text("id"))).Is(200);
        var denied = await server.NewWorkspaceAsync();
        await TestServer.DenyAsync(server.Installation.Database, denied.Id);
        var provider = server.Provider!;
        var old = provider.ClaimsOf(own.Id, "admin");
        old["exp"] = DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeSeconds();
        return
        [
            ("no credential", server.Anyone, 401),
            ("garbage", server.With("garbage"), 401),
            ("well-formed garbage", server.With("sk_live_" + new string('0', 60)), 401),
            ("revoked access key", server.With(revoked.Text("token")), 401),
            ("deleted API key", server.With(deleted.Text("token")), 401),
            ("expired access key", server.With(expired.Text("token")), 401),
            ("expired token", server.With(provider.Forge.Sign(old)), 401),
            ("stranger's token", server.With(provider.Forge.Sign(provider.ClaimsOf(own.Id, "admin"), SigningKey.Create(kid: provider.CurrentKey.Kid))), 401),
            ("API key of a denied workspace", denied.Api, 403),
            ("token of a denied workspace", server.With(provider.TokenOf(denied.Id, "owner")), 403),
            ("token of a workspace never heard of", server.With(provider.TokenOf("acc_never_heard_of", "owner")), 403),
        ];
    }

    private static CallerKind User(string role, Right[] rights) =>
        new($"user, {role}", (workspace, _, _) => Task.FromResult(WithToken(workspace, role)), rights);

    // The role restricted is like an access key whose grants reach nothing.
    private static CallerKind Restricted(string name, string? role, string identityType = "user") => new(
        name, (workspace, _, _) => Task.FromResult(WithToken(workspace, role, identityType)), AccessKeyRights, right => right == Right.Self, SeesTarget: false);

    private static CallerKind UserWith(bool hasFactor, string role, Right[] rights) => new(
        $"{role} {(hasFactor ? "with" : "without")} the second factor",
        (workspace, _, _) => Task.FromResult(WithSecondFactor(workspace, role, hasFactor)), rights, LacksSecondFactor: !hasFactor);

    private static CallerKind AccessKey(string name, Func<Target, Right, string?> grants, Func<Right, bool>? reachesTarget = null, bool seesTarget = true) => new(
        name,
        async (workspace, target, right) => workspace.Server.With((await workspace.Api.PostAsync(
            "/access-keys", grants(target, right) is { } json ? $$"""{"name":"x","grants":{{json}}}""" : """{"name":"x"}""")).Is(201).Data.Text("token")),
        AccessKeyRights,
        reachesTarget, seesTarget);

    private static string Grant(Target target, params string[] actions) =>
        $$"""[{"path":"{{target.ProjectSlug}}/{{target.EnvironmentSlug}}/KEY","actions":[{{string.Join(',', actions.Select(action => $"\"{action}\""))}}]}]""";

    private static string[] ActionsOf(Right right) => right switch
    {
        Right.List => ["list"],
        Right.Reveal => ["reveal"],
        Right.Write => ["write"],
        Right.Restore => ["write", "reveal"],
        Right.Delete => ["delete"],
        _ => [],
    };
}
