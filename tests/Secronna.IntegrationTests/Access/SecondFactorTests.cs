using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Secronna.IdentityProvider;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// With <c>RequireMfa</c>, no sequence of calls without the second factor ends in a value (S32). Class of faults: authorisation,
/// a weaker credential that makes a stronger one.
/// </summary>
[FlawClass("second factor")]
public sealed class SecondFactorTests
{
    private const string Value = "a-value-not-to-be-had";

    [Fact]
    public async Task Without_the_second_factor_nothing_that_any_route_gives_opens_a_value()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.RequireMfa = true, provider: provider);
        var (environment, target) = await NewTargetAsync(server);
        var owner = Callers.WithSecondFactor(environment.Workspace, "owner", hasFactor: false);

        var replies = await CallEveryRouteAsync(server, owner, target);

        Assert.All(replies, reply => Assert.DoesNotContain(Value, reply.Text, StringComparison.Ordinal));
        Assert.DoesNotContain(replies, reply => Regex.IsMatch(reply.Text, "s[a-z]_live_[0-9a-z]{9}"));
        foreach (var text in replies.SelectMany(TextsOf).Distinct())
        {
            await OpensNothingAsync(server.With(text), environment, target);
        }

        await OpensNothingAsync(owner, environment, target);
        Assert.Empty((await environment.Workspace.AuditAsync("action=secret.reveal&outcome=success")));
    }

    [Fact]
    public async Task Without_the_second_factor_the_power_of_a_known_access_key_is_not_widened()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.RequireMfa = true, provider: provider);
        var (environment, target) = await NewTargetAsync(server);
        var owner = Callers.WithSecondFactor(environment.Workspace, "owner", hasFactor: false);
        var known = await environment.Workspace.NewGrantedKeyAsync("elsewhere: list");

        foreach (var change in new[] { """{"grants":[{"path":"*","actions":["reveal"]}]}""", """{"expiresInDays":null}""", """{"name":"x"}""" })
        {
            var refused = await owner.PatchAsync("/access-keys/" + known.Text("id"), change);
            Assert.Contains("second factor", refused.IsError(403, "FORBIDDEN").Message, StringComparison.Ordinal);
        }

        await OpensNothingAsync(server.With(known.Text("token")), environment, target);
    }

    // Shows that the two tests above can fail: with the second factor the same calls do end in a value.
    [Fact]
    public async Task With_the_second_factor_a_credential_that_a_route_gives_opens_the_value()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.RequireMfa = true, provider: provider);
        var (environment, target) = await NewTargetAsync(server);
        var owner = Callers.WithSecondFactor(environment.Workspace, "owner", hasFactor: true);
        var token = (await owner.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data.Text("token");

        Assert.Equal(Value, (await server.With(token).PostAsync($"/secrets/{target.SecretId}/reveal")).Is(200).Data.Text("value"));
    }

    private static async Task<(TestEnvironment Environment, Target Target)> NewTargetAsync(TestServer server)
    {
        var environment = await server.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("KEY", Value);
        var api = (await environment.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data.Text("id");
        var access = (await environment.Workspace.NewAccessKeyAsync()).Text("id");
        return (environment, new Target(
            environment.ProjectId, environment.ProjectSlug, environment.Id, environment.Slug, secret, api, access));
    }

    // Each route three times: as it is, and twice under one idempotency key, so that the last is a repeat.
    private static async Task<List<Reply>> CallEveryRouteAsync(TestServer server, ApiClient client, Target target)
    {
        var replies = new List<Reply>();
        foreach (var route in server.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()).OfType<ApiRoute>())
        {
            var call = RouteCalls.All[$"{route.Method} {route.Pattern[ApiClient.Base.Length..]}"];
            replies.Add(await call.SendAsync(client, route.Method, target));
            foreach (var _ in Enumerable.Range(0, 2))
            {
                replies.Add(await client.SendAsync(route.Method, call.Path(target), call.Body?.Invoke(target), ("Idempotency-Key", "once")));
            }
        }

        Assert.Contains(replies, reply => reply.Status == 201);
        return replies;
    }

    // Answers without an envelope, such as a checkpoint, are text of words.
    private static IEnumerable<string> TextsOf(Reply reply) =>
    [
        .. reply.Root.ValueKind == JsonValueKind.Undefined ? reply.Text.Split([' ', '\n']).Where(IsSendable) : TextsOf(reply.Root),
        .. reply.Headers.Values.Select(value => $"{value}").Where(IsSendable),
    ];

    private static IEnumerable<string> TextsOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => [.. json.EnumerateObject().SelectMany(member => TextsOf(member.Value))],
        JsonValueKind.Array => [.. json.EnumerateArray().SelectMany(TextsOf)],
        JsonValueKind.String when IsSendable(json.GetString()!) => [json.GetString()!],
        _ => [],
    };

    private static bool IsSendable(string text) => text.Length > 0 && text.All(character => character is > ' ' and <= '~');

    private static async Task OpensNothingAsync(ApiClient client, TestEnvironment environment, Target target)
    {
        Reply[] replies =
        [
            await client.PostAsync($"/secrets/{target.SecretId}/reveal"), await client.PostAsync($"/environments/{environment.Id}/reveal"),
        ];
        Assert.All(replies, reply => Assert.True(reply.Status is 401 or 403 or 404 or 429, reply.Text));
    }
}
