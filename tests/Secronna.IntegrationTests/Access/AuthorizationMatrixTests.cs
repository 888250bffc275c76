using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Secronna.IdentityProvider;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// Calls every route as every kind of caller (S21–S24). The calls name things of the caller's workspace, things of another
/// workspace, absent things, and malformed ids and slugs.
/// </summary>
[FlawClass("authorisation")]
public sealed class AuthorizationMatrixTests(SharedServer shared, ITestOutputHelper output)
{
    private const string OpenRoute = "GET /auth/config";
    private const int Concurrency = 4;

    // Lists that name no target. An access key whose grants do not reach the target gets them empty.
    private static readonly string[] Lists = ["GET /projects", "GET /search/secrets"];

    // Actions that the deletion of a project or environment causes. Each has an audit entry of its own.
    private static readonly string[] Consequences = ["kek.destroy", "access_key.revoke", "access_key.update"];

    private readonly ConcurrentBag<string> faults = [];
    private int cases;

    [Fact]
    public async Task Every_route_of_the_table_has_a_rule_and_is_known_to_this_matrix()
    {
        var server = await shared.GetAsync();

        Assert.Equal(RouteCalls.All.Keys.Order(StringComparer.Ordinal), Routes(server).Keys.Order(StringComparer.Ordinal));
        Assert.Equal([OpenRoute], Routes(server).Where(route => route.Value.Operation is null).Select(route => route.Key));
        Assert.All(Routes(server), route => Assert.Equal(RouteCalls.All[route.Key].Action, route.Value.Operation?.AuditAction));
        var others = Endpoints(server).Where(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>() is null).ToList();
        Assert.All(others, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<PublicRoute>()));
        Assert.Equal(
            ["/api/v1/health", "/health/live", "/health/ready", "/openapi/v1.json"],
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
    public async Task No_route_does_anything_without_a_valid_credential()
    {
        var server = await shared.GetAsync();
        var (own, other) = (await server.NewWorkspaceAsync(), await server.NewWorkspaceAsync());
        var targets = new[] { await Target.NewAsync(own, "ours"), await Target.NewAsync(other, "theirs"), Target.Absent };
        var callers = await Callers.InvalidAsync(server, own);
        var before = (await own.AuditAsync()).Count;
        foreach (var (name, route) in Routes(server))
        {
            foreach (var (kind, client, status) in callers)
            {
                foreach (var target in targets)
                {
                    cases++;
                    var reply = await RouteCalls.All[name].SendAsync(client, route.Method, target);
                    var expected = name == OpenRoute ? (200, null) : (status, status == 401 ? "AUTH_REQUIRED" : "FORBIDDEN");
                    Assert.True(expected == (reply.Status, reply.Code), $"{name} by {kind}: {reply.Status} {reply.Text}");
                }
            }
        }

        Assert.Equal(before, (await own.AuditAsync()).Count);
        (await own.Api.PostAsync($"/secrets/{targets[0].SecretId}/reveal")).Is(200);
        Assert.Equal(0, server.Count("SELECT count(*) FROM workspaces WHERE id = 'acc_never_heard_of'"));
        Report(callers.Count);
    }

    [Fact]
    public async Task A_caller_may_do_what_the_table_of_roles_says_and_another_workspaces_things_look_absent()
    {
        await CheckAllAsync(await shared.GetAsync(), Callers.Valid);
    }

    [Fact]
    public async Task Where_the_second_factor_is_required_a_person_without_it_may_do_only_what_needs_none()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.RequireMfa = true, provider: provider);
        await CheckAllAsync(server, Callers.WhereSecondFactorIsRequired);
    }

    private async Task CheckAllAsync(TestServer server, IReadOnlyList<CallerKind> kinds)
    {
        var other = await server.NewWorkspaceAsync();
        var theirs = await Target.NewAsync(other, "theirs");
        var before = (await other.AuditAsync()).Count;
        var all = from route in Routes(server) from kind in kinds select (route, kind);
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (pair, _) =>
        {
            try
            {
                await CheckAsync(await server.NewWorkspaceAsync(), pair.route.Key, pair.route.Value, pair.kind, theirs);
            }
            catch (Exception exception)
            {
                faults.Add($"{pair.route.Key} by {pair.kind}: {exception.Message}");
            }
        });

        Assert.True(faults.IsEmpty, string.Join("\n", faults));
        Assert.Equal(before, (await other.AuditAsync()).Count);
        (await other.Api.PostAsync($"/secrets/{theirs.SecretId}/reveal")).Is(200);
        Report(kinds.Count);
    }

    [Theory]
    [InlineData("POST /secrets/{secretId}/reveal", "/reveal?version=1", null, true)]
    [InlineData("POST /secrets/{secretId}/rollback", "/rollback", """{"version":1}""", true)]
    [InlineData("DELETE /secrets/{secretId}/versions/{version}", "/versions/1", null, false)]
    public async Task A_destroyed_version_is_absent_for_who_may_ask_for_it_and_its_secret_is_hidden_from_all_others(
        string name, string path, string? body, bool isAbsent)
    {
        var server = await shared.GetAsync();
        var call = RouteCalls.All[name];
        foreach (var kind in Callers.Valid)
        {
            var workspace = await server.NewWorkspaceAsync();
            var own = await Target.NewAsync(workspace, "ours");
            (await workspace.Api.DeleteAsync($"/secrets/{own.SecretId}/versions/1")).Is(200);
            var reply = await (await kind.NewAsync(workspace, own, call.Right))
                .SendAsync(name.Split(' ')[0], $"/secrets/{own.SecretId}{path}", body);

            var isGranted = kind.Rights.Contains(call.Right);
            var reaches = kind.ReachesTarget?.Invoke(call.Right) != false;
            var expected = !isGranted ? (403, "FORBIDDEN")
                : !reaches ? kind.SeesTarget ? (403, "FORBIDDEN") : (404, "secret not found")
                : isAbsent ? (404, "version not found")
                : (200, "");
            Assert.Equal(expected, (reply.Status, reply.Status == 200 ? "" : reply.Status == 403 ? reply.Code! : reply.Message));
            var entries = (await workspace.AuditAsync()).FindAll(entry => entry.Text("requestId") == reply.RequestId);
            // Destroying it again changes nothing, so nothing is recorded.
            Assert.Equal(reply.Status == 200 ? [] : [$"{call.Action} denied"], entries.Select(entry => $"{entry.Text("action")} {entry.Text("outcome")}"));
        }
    }

    private async Task CheckAsync(Workspace workspace, string name, ApiRoute route, CallerKind kind, Target theirs)
    {
        var call = RouteCalls.All[name];
        var own = await Target.NewAsync(workspace, "ours");
        var isAllowed = kind.Rights.Contains(call.Right) && !(kind.LacksSecondFactor && call.NeedsSecondFactor);
        // Who may list is told nothing of what it doesn't see. Credentials, and a role without rights, are refused by the role
        // whether the thing exists or not.
        var isToldOfRole = !isAllowed && (name.Contains("{id}", StringComparison.Ordinal) || !kind.Rights.Contains(Right.List));
        var answers = new List<string>();
        foreach (var target in call.NamesTarget ? new[] { theirs, Target.Absent, Target.Malformed } : [])
        {
            answers.Add(await RefusedAsync(workspace, await kind.NewAsync(workspace, own, call.Right), name, route, target, isToldOfRole ? 403 : 404));
        }

        Assert.True(answers.Distinct().Count() <= 1, string.Join("\n\n", answers));
        Interlocked.Increment(ref cases);
        var client = await kind.NewAsync(workspace, own, call.Right);
        if (!isAllowed)
        {
            var sees = isToldOfRole || kind.SeesTarget || !call.NamesTarget;
            var refused = await RefusedAsync(workspace, client, name, route, own, sees ? 403 : 404);
            Assert.True(sees || refused.Split('\n')[0] == answers[0].Split('\n')[0], refused);
            // Whatever refused it, the entry names what was asked for.
            Assert.True(call.Action is null || !call.NamesTarget || !refused.EndsWith("{}", StringComparison.Ordinal), refused);
        }
        else if (kind.ReachesTarget?.Invoke(call.Right) == false && call.NamesTarget)
        {
            // The audit entry may name what exists. The answer to a caller who doesn't see it must not.
            var reply = await call.SendAsync(client, route.Method, own);
            if (kind.SeesTarget)
            {
                Assert.StartsWith("this needs the action", reply.IsError(403, "FORBIDDEN").Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(answers[0].Split('\n')[0], reply.StatusAndBody);
            }

            await AuditedAsync(workspace, reply, call, "denied");
        }
        else
        {
            if (call.NeedsCheckpoint)
            {
                await Until.HoldsAsync("a checkpoint covers the entry", async () => (await workspace.Api.GetAsync(call.Path(own))).Status == 200);
            }

            var reply = (await call.SendAsync(client, route.Method, own)).Is(route.Status);
            await AuditedAsync(workspace, reply, call, "success");
            Assert.Equal(
                kind.Rights.Contains(Right.Audit) ? await workspace.EntriesOfAsync(reply) : [], reply.RecordedEntries);
            if (Lists.Contains(name))
            {
                Assert.Equal(kind.ReachesTarget?.Invoke(call.Right) == false, !reply.Data.EnumerateArray().Any());
            }
        }
    }

    /// <summary>
    /// Sends a call that must be refused with this status. Returns the answer and the metadata of its audit entry.
    /// </summary>
    private async Task<string> RefusedAsync(Workspace workspace, ApiClient client, string name, ApiRoute route, Target target, int status)
    {
        Interlocked.Increment(ref cases);
        var call = RouteCalls.All[name];
        var reply = await call.SendAsync(client, route.Method, target);
        reply.IsError(status, status == 403 ? "FORBIDDEN" : "NOT_FOUND");
        Assert.Equal(
            "cache-control,content-length,content-security-policy,content-type,cross-origin-resource-policy,date,"
            + "referrer-policy,x-content-type-options,x-frame-options,x-request-id",
            string.Join(',', reply.Headers.Keys.Select(header => header.ToLowerInvariant()).Order(StringComparer.Ordinal)));
        return string.Join('\n', reply.StatusAndBody, await AuditedAsync(workspace, reply, call, "denied"));
    }

    /// <summary>
    /// Asserts the audit entries of a request: none if the route is not audited. Returns the first entry's metadata.
    /// </summary>
    private static async Task<string> AuditedAsync(Workspace workspace, Reply reply, RouteCall call, string outcome)
    {
        var entries = (await workspace.AuditAsync()).FindAll(entry => entry.Text("requestId") == reply.RequestId
            && (entry.Text("action") == call.Action || !Consequences.Contains(entry.Text("action"))));
        if (call.Action is null)
        {
            Assert.True(entries.Count == 0, "a route that is not audited has an audit entry");
            return "";
        }

        Assert.True(entries.Count == (outcome == "success" ? call.Entries : 1), $"the request has {entries.Count} audit entries");
        Assert.All(entries, entry => Assert.Equal((call.Action, outcome), (entry.Text("action"), entry.Text("outcome"))));
        return entries[0].GetProperty("metadata").GetRawText();
    }

    private void Report(int kinds) =>
        output.WriteLine($"authorisation matrix: {cases} cases of {RouteCalls.All.Count} routes and {kinds} kinds of callers");

    private static Dictionary<string, ApiRoute> Routes(TestServer server) => Endpoints(server)
        .Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()).OfType<ApiRoute>()
        .ToDictionary(route => $"{route.Method} {route.Pattern[ApiClient.Base.Length..]}");

    private static IEnumerable<RouteEndpoint> Endpoints(TestServer server) =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
}
