using Secronna.IdentityProvider;
using Xunit;

namespace Secronna.IntegrationTests.Features.Environments;

/// <summary>Environments whose reveals must say why they are made.</summary>
public sealed class RequireReasonTests(SharedServer shared)
{
    private const string Required = """{"requireReason":true}""";
    private const string Lifted = """{"requireReason":false}""";

    private static readonly (string, string) Reason = ("Secronna-Reason", "incident 4711");

    [Fact]
    public async Task An_environment_says_whether_its_reveals_need_a_reason()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var path = $"/environments/{environment.Id}";

        var created = (await environment.Api.GetAsync(path)).Is(200).Data;
        Assert.Equal(("id,name,slug,requireReason,createdAt", false), (created.Names(), created.GetProperty("requireReason").GetBoolean()));
        Assert.True((await environment.Api.PatchAsync(path, Required)).Is(200).Data.GetProperty("requireReason").GetBoolean());
        Assert.True((await environment.Api.GetAsync(path)).Is(200).Data.GetProperty("requireReason").GetBoolean());
        Assert.Equal("True", Assert.Single((await environment.Api.GetAsync($"/projects/{environment.ProjectId}/environments")).Is(200).Data.Each("requireReason")));
        var renamed = (await environment.Api.PatchAsync(path, """{"name":"Live"}""")).Is(200).Data;
        Assert.Equal(("Live", true), (renamed.Text("name"), renamed.GetProperty("requireReason").GetBoolean()));
        var both = (await environment.Api.PatchAsync(path, """{"requireReason":false,"name":"Production"}""")).Is(200).Data;
        Assert.Equal(("Production", "production", false), (both.Text("name"), both.Text("slug"), both.GetProperty("requireReason").GetBoolean()));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":" "}""", "name")]
    [InlineData("""{"requireReason":null}""", "requireReason")]
    [InlineData("""{"requireReason":"true"}""", "requireReason")]
    [InlineData("""{"requireReason":1}""", "requireReason")]
    [InlineData("""{"name":"x","requireReason":null}""", "requireReason")]
    [InlineData("""{"name":"x","slug":"y"}""", null)]
    public async Task A_change_takes_a_name_or_requireReason_and_nothing_else(string body, string? param)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        Assert.Equal(param, (await environment.Api.PatchAsync($"/environments/{environment.Id}", body)).IsError(400, "VALIDATION_ERROR").Param);
        Assert.Empty(await environment.Workspace.AuditAsync("action=environment.update"));
    }

    [Fact]
    public async Task The_entry_of_a_change_says_what_it_replaced()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        foreach (var body in new[] { Required, Required, """{"name":"Live"}""", """{"name":"Production","requireReason":false}""" })
        {
            (await environment.Api.PatchAsync($"/environments/{environment.Id}", body)).Is(200);
        }

        var about = $"\"projectId\":\"{environment.ProjectId}\",\"environmentId\":\"{environment.Id}\"";
        Assert.Equal(
            [
                $$$"""{{{{about}}},"name":"Production","before":{"requireReason":false},"after":{"requireReason":true}}""",
                $$"""{{{about}},"name":"Production"}""",
                $$$"""{{{{about}}},"name":"Live","before":{"name":"Production"},"after":{"name":"Live"}}""",
                $$$"""{{{{about}}},"name":"Production","before":{"name":"Live","requireReason":true},"after":{"name":"Production","requireReason":false}}""",
            ],
            (await environment.Workspace.AuditAsync("action=environment.update")).AsEnumerable().Reverse().Select(entry => entry.GetProperty("metadata").GetRawText()));
    }

    [Fact]
    public async Task Every_reveal_without_a_reason_is_refused_and_recorded_as_denied()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "a-value-not-to-be-had");
        await environment.WriteAsync("KEY", "a-value-not-to-be-had");
        var at = (await environment.Api.GetAsync($"/environments/{environment.Id}/history")).Is(200).Data[0].Text("at");
        var etag = (await environment.RevealAllAsync()).Is(200).Header("ETag")!;
        (await environment.Api.PatchAsync($"/environments/{environment.Id}", Required)).Is(200);
        var calls = new (string Path, string? Body)[]
        {
            ($"/secrets/{id}/reveal", null),
            ($"/secrets/{id}/reveal?version=1", null),
            ("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}"""),
            ($"/environments/{environment.Id}/reveal", null),
            ($"/environments/{environment.Id}/reveal", """{"keys":["KEY"]}"""),
            ($"/environments/{environment.Id}/reveal", """{"keys":[]}"""),
            ($"/environments/{environment.Id}/reveal", $$"""{"at":"{{at}}"}"""),
            ("/projects/by-slug/web/environments/production/reveal", null),
        };

        foreach (var (path, body) in calls)
        {
            var refused = (await environment.Api.PostAsync(path, body)).IsInvalid("Secronna-Reason");
            Assert.Equal("reason", refused.Param);
            Assert.DoesNotContain("a-value-not-to-be-had", refused.Text, StringComparison.Ordinal);
        }

        // A revision that the caller already has is no way around it.
        Assert.Equal("reason", (await environment.RevealAllAsync(null, etag)).IsInvalid("Secronna-Reason").Param);
        Assert.Equal(304, (await environment.Api.SendAsync("POST", $"/environments/{environment.Id}/reveal", null, ("If-None-Match", etag), Reason)).Status);
        Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal&outcome=success"));
        var denied = await environment.Workspace.AuditAsync("action=secret.reveal&outcome=denied");
        Assert.NotEmpty(denied);
        Assert.All(denied, entry => Assert.Equal(environment.Id, entry.GetProperty("metadata").Text("environmentId")));

        foreach (var (path, body) in calls)
        {
            (await environment.Api.SendAsync("POST", path, body, Reason)).Is(200);
        }

        Assert.All(
            (await environment.Workspace.AuditAsync("action=secret.reveal&outcome=success")).SkipLast(1), entry => Assert.Equal("incident 4711", entry.Text("reason")));
        (await environment.Api.PatchAsync($"/environments/{environment.Id}", Lifted)).Is(200);
        await environment.ValueAsync(id);
    }

    [Fact]
    public async Task Who_may_not_reveal_is_told_that_first_whether_a_reason_is_required_or_not()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        await environment.WriteAsync("OTHER");
        var clients = new[]
        {
            await environment.Workspace.NewGrantedClientAsync("web/production: list"),
            await environment.Workspace.NewGrantedClientAsync("elsewhere: reveal"),
            await environment.Workspace.NewGrantedClientAsync("web/production/OTHER: reveal"),
            Callers.WithToken(environment.Workspace, "viewer"),
            (await shared.NewTestEnvironmentAsync()).Api,
        };
        var before = await AnswersAsync();

        (await environment.Api.PatchAsync($"/environments/{environment.Id}", Required)).Is(200);

        Assert.Equal(before, await AnswersAsync());
        Assert.All(before, answer => Assert.True(answer.StartsWith("403", StringComparison.Ordinal) || answer.StartsWith("404", StringComparison.Ordinal), answer));

        async Task<List<string>> AnswersAsync()
        {
            var answers = new List<string>();
            foreach (var client in clients)
            {
                answers.Add((await client.PostAsync($"/secrets/{id}/reveal")).StatusAndBody);
                answers.Add((await client.PostAsync($"/secrets/{id}/reveal?version=9")).StatusAndBody);
                answers.Add((await client.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}""")).StatusAndBody);
                answers.Add((await client.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("NONE")}}"}""")).StatusAndBody);
                answers.Add((await client.PostAsync($"/environments/{environment.Id}/reveal", """{"keys":["KEY"]}""")).StatusAndBody);
                answers.Add((await client.PostAsync($"/environments/{environment.Id}/reveal", """{"keys":["NONE","OTHER"]}""")).StatusAndBody);
            }

            return answers;
        }
    }

    [Fact]
    public async Task What_gives_no_value_needs_no_reason()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");
        var at = (await environment.Api.GetAsync($"/environments/{environment.Id}/history")).Is(200).Data[0].Text("at");
        (await environment.Api.PatchAsync($"/environments/{environment.Id}", Required)).Is(200);

        (await environment.Api.PostAsync($"/environments/{environment.Id}/compare", $$"""{"with":"{{environment.Id}}"}""")).Is(200);
        (await environment.Api.PostAsync($"/secrets/{id}/rollback", """{"version":1}""")).Is(201);
        (await environment.Api.PostAsync($"/environments/{environment.Id}/restore", $$"""{"at":"{{at}}"}""")).Is(200);
        await environment.WriteAsync("KEY", "three");
        (await environment.Api.GetAsync(environment.SecretsPath)).Is(200);
    }

    [Fact]
    public async Task Only_admins_owners_and_API_keys_set_or_lift_it()
    {
        var server = await shared.GetAsync();
        foreach (var kind in Callers.Valid)
        {
            foreach (var body in new[] { Required, Lifted, """{"name":"x","requireReason":true}""" })
            {
                var workspace = await server.NewWorkspaceAsync();
                var own = await Target.NewAsync(workspace, "ours");
                var reply = await (await kind.NewAsync(workspace, own, Right.Manage)).PatchAsync($"/environments/{own.EnvironmentId}", body);
                var expected = kind.Rights.Contains(Right.Manage) ? 200 : kind.SeesTarget ? 403 : 404;
                Assert.True(expected == reply.Status, $"{body} by {kind}: {reply.Status} {reply.Text}");
                Assert.Equal(
                    expected == 200 ? "success" : "denied",
                    Assert.Single(await workspace.AuditAsync("action=environment.update")).Text("outcome"));
            }
        }
    }

    [Fact]
    public async Task Where_the_second_factor_is_required_it_is_needed_to_lift_it_and_not_to_set_it()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Huudis.RequireMfa = true, provider: provider);
        var environment = await server.NewTestEnvironmentAsync();
        var path = $"/environments/{environment.Id}";
        var (without, with) = (
            Callers.WithSecondFactor(environment.Workspace, "admin", hasFactor: false),
            Callers.WithSecondFactor(environment.Workspace, "admin", hasFactor: true));

        (await without.PatchAsync(path, Required)).Is(200);
        (await without.PatchAsync(path, """{"name":"Live"}""")).Is(200);
        foreach (var body in new[] { Lifted, """{"name":"x","requireReason":false}""" })
        {
            Assert.Contains("second factor", (await without.PatchAsync(path, body)).IsError(403, "FORBIDDEN").Message, StringComparison.Ordinal);
        }

        var still = (await with.GetAsync(path)).Is(200).Data;
        Assert.Equal(("Live", true), (still.Text("name"), still.GetProperty("requireReason").GetBoolean()));
        (await with.PatchAsync(path, Lifted)).Is(200);
    }
}
