using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Every route of the table × kind of caller × own or another workspace (S21–S24).</summary>
public sealed class AuthorizationMatrixTests(SharedServer shared)
{
    private const string Open = "GET /auth/config";

    [Fact]
    public async Task Every_route_of_the_table_has_a_rule_and_is_known_to_this_matrix()
    {
        var server = await shared.GetAsync();

        Assert.Equal(RouteCalls.All.Keys.Order(StringComparer.Ordinal), Routes(server).Keys.Order(StringComparer.Ordinal));
        Assert.Equal([Open], Routes(server).Where(route => route.Value.Permission is null).Select(route => route.Key));
        var others = Endpoints(server).Where(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>() is null).ToList();
        Assert.All(others, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<PublicRoute>()));
        Assert.Equal(
            ["/health/live", "/health/ready", "/openapi/v1.json"],
            others.Select(endpoint => endpoint.RoutePattern.RawText!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_route_without_a_rule_is_denied_to_everyone()
    {
        await using var server = await TestServer.StartAsync(
            map: app => app.MapGet("/api/v1/forgotten", (RequestDelegate)(context => context.Response.WriteAsync("contents"))));
        var workspace = await server.NewWorkspaceAsync();

        (await workspace.Api.GetAsync("/forgotten")).IsError(403, "FORBIDDEN");
        (await server.Anyone.GetAsync("/forgotten")).IsError(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Without_a_valid_credential_no_route_does_anything()
    {
        var server = await shared.GetAsync();
        var (own, other) = (await server.NewWorkspaceAsync(), await server.NewWorkspaceAsync());
        var targets = new[] { await Target.NewAsync(own, "ours"), await Target.NewAsync(other, "theirs"), Target.Absent };
        var callers = await InvalidCallersAsync(server, own);
        var before = (await own.AuditAsync()).Count;
        foreach (var (name, route) in Routes(server).Where(route => route.Key != Open))
        {
            foreach (var (kind, client, status) in callers)
            {
                foreach (var target in targets)
                {
                    var reply = await RouteCalls.All[name].SendAsync(client, route.Method, target);
                    Assert.True(reply.Status == status, $"{name} by {kind}: {reply.Status} {reply.Text}");
                    Assert.Equal(status == 401 ? "AUTH_REQUIRED" : "FORBIDDEN", reply.Code);
                }
            }
        }

        Assert.Equal(before, (await own.AuditAsync()).Count);
        (await own.Api.PostAsync($"/secrets/{targets[0].SecretId}/reveal")).Is(200);
    }

    [Fact]
    public async Task The_route_that_needs_no_credential_answers_anyone()
    {
        var server = await shared.GetAsync();
        foreach (var (_, client, _) in await InvalidCallersAsync(server, await server.NewWorkspaceAsync()))
        {
            (await client.GetAsync("/auth/config")).Is(200);
        }
    }

    [Fact]
    public async Task An_API_key_may_do_all_in_its_workspace_and_an_access_key_what_the_table_says()
    {
        var server = await shared.GetAsync();
        foreach (var (name, route) in Routes(server))
        {
            var call = RouteCalls.All[name];
            foreach (var isAccessKey in new[] { false, true })
            {
                var workspace = await server.NewWorkspaceAsync();
                var target = await Target.NewAsync(workspace, "ours");
                var client = isAccessKey ? await AccessKeyAsync(workspace) : workspace.Api;

                var reply = await call.SendAsync(client, route.Method, target);

                var isAllowed = !isAccessKey || call.Access;
                Assert.True(reply.Status == (isAllowed ? route.Status : 403), $"{name}, access key {isAccessKey}: {reply.Status} {reply.Text}");
                await AuditedAsync(workspace, reply, call, isAllowed ? "success" : "denied", name);
            }
        }
    }

    [Fact]
    public async Task What_is_anothers_is_to_everyone_as_what_does_not_exist_or_can_not_exist()
    {
        var server = await shared.GetAsync();
        var other = await server.NewWorkspaceAsync();
        var theirs = await Target.NewAsync(other, "theirs");
        var before = await other.AuditAsync();
        foreach (var (name, route) in Routes(server).Where(route => RouteCalls.All[route.Key].IsAimed))
        {
            var call = RouteCalls.All[name];
            foreach (var isAccessKey in new[] { false, true })
            {
                var answers = new List<string>();
                foreach (var target in new[] { theirs, Target.Absent, Target.Malformed })
                {
                    var workspace = await server.NewWorkspaceAsync();
                    var client = isAccessKey ? await AccessKeyAsync(workspace) : workspace.Api;

                    var reply = await call.SendAsync(client, route.Method, target);

                    reply.IsError(isAccessKey && !call.Access ? 403 : 404, isAccessKey && !call.Access ? "FORBIDDEN" : "NOT_FOUND");
                    var entry = await AuditedAsync(workspace, reply, call, "denied", name);
                    answers.Add(string.Join('\n', reply.StatusAndBody, entry));
                    Assert.Equal(
                        "cache-control,content-length,content-security-policy,content-type,cross-origin-resource-policy,date,"
                        + "referrer-policy,x-content-type-options,x-frame-options,x-request-id",
                        string.Join(',', reply.Headers.Keys.Select(header => header.ToLowerInvariant()).Order(StringComparer.Ordinal)));
                }

                Assert.True(answers.Distinct().Count() == 1, $"{name}: {string.Join("\n\n", answers)}");
            }
        }

        Assert.Equal(before.Count, (await other.AuditAsync()).Count);
        (await other.Api.PostAsync($"/secrets/{theirs.SecretId}/reveal")).Is(200);
    }

    [Fact]
    public async Task Lists_and_searches_show_nothing_of_another_workspace()
    {
        var server = await shared.GetAsync();
        var (own, other) = (await server.NewWorkspaceAsync(), await server.NewWorkspaceAsync());
        var theirs = await Target.NewAsync(other, "theirs");
        foreach (var path in new[] { "/projects", "/search/secrets?q=KEY", "/access-keys", $"/audit?secretId={theirs.SecretId}", $"/audit?actorId={other.ApiKeyId}" })
        {
            Assert.Empty((await own.Api.GetAsync(path)).Is(200).Data.EnumerateArray());
        }
    }

    private static async Task<List<(string Kind, ApiClient Client, int Status)>> InvalidCallersAsync(TestServer server, Workspace own)
    {
        var (revoked, expired) = (await own.NewAccessKeyAsync(), await own.NewAccessKeyAsync());
        (await own.Api.PostAsync($"/access-keys/{revoked.Text("id")}/revoke")).Is(200);
        server.Sql("UPDATE credentials SET expires_at = 1 WHERE id = @id", ("@id", expired.Text("id")));
        var deleted = (await own.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data;
        (await own.Api.DeleteAsync("/api-keys/" + deleted.Text("id"))).Is(200);
        var denied = await server.NewWorkspaceAsync();
        await TestServer.DenyAsync(server.Installation.Database, denied.Id);
        return
        [
            ("none", server.Anyone, 401),
            ("garbage", server.With("garbage"), 401),
            ("well-formed garbage", server.With("sk_live_" + new string('0', 60)), 401),
            ("revoked", server.With(revoked.Text("token")), 401),
            ("deleted", server.With(deleted.Text("token")), 401),
            ("expired", server.With(expired.Text("token")), 401),
            ("denied workspace", denied.Api, 403),
        ];
    }

    private static async Task<ApiClient> AccessKeyAsync(Workspace workspace) =>
        workspace.Server.With((await workspace.NewAccessKeyAsync()).Text("token"));

    /// <summary>One entry of this request if the route is audited, none if not; what it says but for ids.</summary>
    private static async Task<string> AuditedAsync(Workspace workspace, Reply reply, RouteCall call, string outcome, string name)
    {
        var entries = (await workspace.AuditAsync()).FindAll(
            entry => entry.Text("requestId") == reply.RequestId && entry.Text("action") != "kek.destroy");
        if (call.Action is null)
        {
            Assert.True(entries.Count == 0, $"{name} is audited");
            return "";
        }

        Assert.True(entries.Count == 1, $"{name}: {entries.Count} entries");
        Assert.Equal((call.Action, outcome), (entries[0].Text("action"), entries[0].Text("outcome")));
        return entries[0].GetProperty("metadata").GetRawText();
    }

    private static Dictionary<string, ApiRoute> Routes(TestServer server) => Endpoints(server)
        .Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()).OfType<ApiRoute>()
        .ToDictionary(route => $"{route.Method} {route.Pattern[ApiClient.Base.Length..]}");

    private static IEnumerable<RouteEndpoint> Endpoints(TestServer server) =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
}
