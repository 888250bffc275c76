using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>
/// The audit entry of a denied reveal names what exists in the caller's workspace. The answer does not tell what exists, except
/// that a version of a secret that the caller may reveal is missing (S19, S23).
/// </summary>
public sealed class DeniedRevealTests(SharedServer shared)
{
    [Fact]
    public async Task A_denied_reveal_of_an_absent_version_is_recorded_with_its_secret()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");

        var byId = (await environment.RevealAsync(id, 9)).IsError(404, "NOT_FOUND");

        Assert.Equal(
            $$"""{"projectId":"{{environment.ProjectId}}","environmentId":"{{environment.Id}}","secretId":"{{id}}","key":"KEY","path":"web/production/KEY"}""",
            Metadata(await DeniedAsync(environment, byId)));
        Assert.Equal(("version not found", "secret not found"), (byId.Message, (await environment.RevealAsync("sec_none")).Message));
    }

    [Theory]
    [InlineData("web/production/KEY: list write delete")]
    [InlineData("web/production/OTHER: reveal")]
    public async Task A_caller_that_may_not_reveal_a_secret_does_not_learn_which_versions_it_has(string grant)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var granted = await environment.Workspace.NewGrantedClientAsync(grant);

        foreach (var version in new[] { 1, 9 })
        {
            var (byId, absent) = (await RevealAsync(granted, id, version), await RevealAsync(granted, "sec_none", version));
            var byPath = await granted.PostAsync("/reveal", $$"""{"path":"web/production/KEY","version":{{version}}}""");
            Assert.Equal("secret not found", absent.IsError(404, "NOT_FOUND").Message);
            var expected = grant.EndsWith(": reveal", StringComparison.Ordinal)
                ? absent.StatusAndBody
                : (await RevealAsync(granted, id, 1)).IsError(403, "FORBIDDEN").StatusAndBody;
            Assert.Equal([expected, expected], [byId.StatusAndBody, byPath.StatusAndBody]);
            Assert.Equal(absent.Headers.Keys.Order(), byId.Headers.Keys.Order());
        }
    }

    [Fact]
    public async Task A_reveal_of_a_deleted_secret_does_not_tell_which_versions_it_had()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        (await environment.Api.DeleteAsync("/secrets/" + id)).Is(200);

        Assert.Equal("secret not found", (await environment.RevealAsync(id, 1)).IsError(404, "NOT_FOUND").Message);
    }

    [Fact]
    public async Task Denied_reveals_of_several_versions_of_one_secret_count_as_repeats_and_name_no_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        for (var version = 7; version < 10; version++)
        {
            (await environment.RevealAsync(id, version)).IsError(404, "NOT_FOUND");
        }

        Assert.False(Assert.Single(await environment.Workspace.AuditAsync("outcome=denied")).GetProperty("metadata").Has("version"));
    }

    [Fact]
    public async Task A_denied_reveal_by_path_is_recorded_with_the_existing_environment_and_never_with_the_absent_key()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");

        var noKey = (await PathAsync(environment, "web/production/NOPE")).IsError(404, "NOT_FOUND");
        var noEnvironment = (await PathAsync(environment, "web/nope/KEY")).IsError(404, "NOT_FOUND");
        var noVersion = (await environment.Api.PostAsync("/reveal", """{"path":"web/production/KEY","version":4}""")).IsError(404, "NOT_FOUND");

        Assert.Equal(
            $$"""{"projectId":"{{environment.ProjectId}}","environmentId":"{{environment.Id}}"}""", Metadata(await DeniedAsync(environment, noKey)));
        Assert.Equal($$"""{"projectId":"{{environment.ProjectId}}"}""", Metadata(await DeniedAsync(environment, noEnvironment)));
        Assert.Equal(id, (await DeniedAsync(environment, noVersion)).GetProperty("metadata").Text("secretId"));
        Assert.Equal("version not found", noVersion.Message);
        Assert.Equal(noKey.StatusAndBody, noEnvironment.StatusAndBody);
    }

    [Fact]
    public async Task A_secret_of_another_workspace_is_not_named()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var other = await shared.NewTestEnvironmentAsync();
        var theirs = await other.WriteAsync("KEY");

        var reply = (await environment.RevealAsync(theirs, 1)).IsError(404, "NOT_FOUND");

        Assert.Equal("{}", Metadata(await DeniedAsync(environment, reply)));
        Assert.Empty(await other.Workspace.AuditAsync("outcome=denied"));
    }

    private static Task<Reply> PathAsync(TestEnvironment environment, string path) => environment.Api.PostAsync("/reveal", $$"""{"path":"{{path}}"}""");

    private static Task<Reply> RevealAsync(ApiClient client, string id, int version) =>
        client.PostAsync($"/secrets/{id}/reveal?version={version}");

    private static async Task<JsonElement> DeniedAsync(TestEnvironment environment, Reply reply) => Assert.Single(
        await environment.Workspace.AuditAsync("outcome=denied"), entry => entry.Text("requestId") == reply.RequestId);

    private static string Metadata(JsonElement entry) => entry.GetProperty("metadata").GetRawText();
}
