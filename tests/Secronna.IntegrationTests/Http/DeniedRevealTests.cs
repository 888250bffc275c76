using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>A denied reveal names what was found in the caller's own workspace, and answers as if nothing were (S19, S23).</summary>
public sealed class DeniedRevealTests(SharedServer shared)
{
    [Fact]
    public async Task A_version_that_is_not_there_is_recorded_with_its_secret_and_the_version_asked_for()
    {
        var place = await shared.NewPlaceAsync();
        var id = await place.WriteAsync("KEY");

        var byId = (await place.RevealAsync(id, 9)).IsError(404, "NOT_FOUND");

        Assert.Equal(
            $$"""{"projectId":"{{place.ProjectId}}","environmentId":"{{place.EnvironmentId}}","secretId":"{{id}}","key":"KEY","path":"web/production/KEY"}""",
            Metadata(await DeniedAsync(place, byId)));
        Assert.Equal(byId.StatusAndBody, (await place.RevealAsync("sec_none")).StatusAndBody);
    }

    [Fact]
    public async Task Different_versions_of_one_secret_are_one_run_that_names_none()
    {
        var place = await shared.NewPlaceAsync();
        var id = await place.WriteAsync("KEY");
        for (var version = 7; version < 10; version++)
        {
            (await place.RevealAsync(id, version)).IsError(404, "NOT_FOUND");
        }

        Assert.False(Assert.Single(await place.Workspace.AuditAsync("outcome=denied")).GetProperty("metadata").Has("version"));
    }

    [Fact]
    public async Task By_path_a_denied_entry_names_the_project_and_environment_that_are_there_and_never_the_missing_key()
    {
        var place = await shared.NewPlaceAsync();
        var id = await place.WriteAsync("KEY");

        var noKey = (await PathAsync(place, "web/production/NOPE")).IsError(404, "NOT_FOUND");
        var noEnvironment = (await PathAsync(place, "web/nope/KEY")).IsError(404, "NOT_FOUND");
        var noVersion = (await place.Api.PostAsync("/reveal", """{"path":"web/production/KEY","version":4}""")).IsError(404, "NOT_FOUND");

        Assert.Equal(
            $$"""{"projectId":"{{place.ProjectId}}","environmentId":"{{place.EnvironmentId}}"}""", Metadata(await DeniedAsync(place, noKey)));
        Assert.Equal("{}", Metadata(await DeniedAsync(place, noEnvironment)));
        Assert.Equal(id, (await DeniedAsync(place, noVersion)).GetProperty("metadata").Text("secretId"));
        Assert.Single(new[] { noKey, noEnvironment, noVersion }.Select(reply => reply.StatusAndBody).Distinct());
    }

    [Fact]
    public async Task A_secret_of_another_workspace_is_not_named()
    {
        var place = await shared.NewPlaceAsync();
        var other = await shared.NewPlaceAsync();
        var theirs = await other.WriteAsync("KEY");

        var reply = (await place.RevealAsync(theirs, 1)).IsError(404, "NOT_FOUND");

        Assert.Equal("{}", Metadata(await DeniedAsync(place, reply)));
        Assert.Empty(await other.Workspace.AuditAsync("outcome=denied"));
    }

    private static Task<Reply> PathAsync(Place place, string path) => place.Api.PostAsync("/reveal", $$"""{"path":"{{path}}"}""");

    private static async Task<JsonElement> DeniedAsync(Place place, Reply reply) => Assert.Single(
        await place.Workspace.AuditAsync("outcome=denied"), entry => entry.Text("requestId") == reply.RequestId);

    private static string Metadata(JsonElement entry) => entry.GetProperty("metadata").GetRawText();
}
