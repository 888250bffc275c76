using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.Audit;

/// <summary>The filters of the audit trail.</summary>
public sealed class AuditFilterTests(SharedServer shared)
{
    [Fact]
    public async Task Every_filter_alone_and_combined_gives_exactly_the_matching_entries()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var second = await environment.Workspace.NewEnvironmentAsync(environment.ProjectId, "second");
        await environment.Workspace.NewProjectAsync("another");
        var (a, b) = (await environment.WriteAsync("A"), await environment.WriteAsync("B"));
        var key = await environment.Workspace.NewAccessKeyAsync();
        await environment.ValueAsync(a);
        (await environment.Server.With(key.Text("token")).PostAsync($"/secrets/{b}/reveal")).Is(200);
        (await environment.Server.With(key.Text("token")).PostAsync("/secrets/sec_x/reveal")).Is(404);
        (await environment.Server.With(key.Text("token")).DeleteAsync("/projects/" + environment.ProjectId)).Is(403);
        var all = await environment.Workspace.AuditAsync();

        foreach (var (name, value, fieldOf) in new (string, string, Func<JsonElement, string?>)[]
        {
            ("action", "secret.reveal", entry => entry.Text("action")),
            ("action", "secret.write", entry => entry.Text("action")),
            ("action", "webhook.create", entry => entry.Text("action")),
            ("actorId", environment.Workspace.ApiKeyId, entry => entry.Text("actorId")),
            ("actorId", key.Text("id"), entry => entry.Text("actorId")),
            ("projectId", environment.ProjectId, entry => MetadataField(entry, "projectId")),
            ("environmentId", environment.Id, entry => MetadataField(entry, "environmentId")),
            ("environmentId", second.Text("id"), entry => MetadataField(entry, "environmentId")),
            ("secretId", a, entry => MetadataField(entry, "secretId")),
            ("secretId", "sec_x", entry => MetadataField(entry, "secretId")),
            ("outcome", "success", entry => entry.Text("outcome")),
            ("outcome", "denied", entry => entry.Text("outcome")),
            ("outcome", "failed", entry => entry.Text("outcome")),
        })
        {
            var expected = all.Where(entry => fieldOf(entry) == value).Select(entry => entry.Text("id"));
            Assert.Equal(expected, (await environment.Workspace.AuditAsync($"{name}={value}")).Select(entry => entry.Text("id")));
            var together = all.Where(entry => fieldOf(entry) == value && entry.Text("actorId") == key.Text("id") && entry.Text("outcome") == "denied");
            if (name is not ("actorId" or "outcome"))
            {
                Assert.Equal(
                    together.Select(entry => entry.Text("id")),
                    (await environment.Workspace.AuditAsync($"{name}={value}&actorId={key.Text("id")}&outcome=denied")).Select(entry => entry.Text("id")));
            }
        }
    }

    [Fact]
    public async Task From_and_to_are_inclusive_to_the_microsecond()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        for (var i = 0; i < 10; i++)
        {
            await environment.WriteAsync($"KEY_{i}");
        }

        var all = await environment.Workspace.AuditAsync();
        var (from, to) = (all[7].Text("createdAt"), all[3].Text("createdAt"));

        var found = await environment.Workspace.AuditAsync($"from={from}&to={to}");

        var (first, last) = (all[7].Time("createdAt"), all[3].Time("createdAt"));
        var expected = all.FindAll(entry => entry.Time("createdAt") >= first && entry.Time("createdAt") <= last);
        Assert.Equal(expected.Select(entry => entry.Text("id")), found.Select(entry => entry.Text("id")));
        Assert.True(expected.Count < all.Count);
        Assert.Empty(await environment.Workspace.AuditAsync("to=2000-01-01T00:00:00Z"));
        Assert.Empty(await environment.Workspace.AuditAsync("from=2999-01-01T00:00:00%2B02:00"));
        Assert.Equal(all.Count, (await environment.Workspace.AuditAsync("from=2000-01-01T00:00:00Z&to=2999-12-31T23:59:59.999999Z")).Count);
        Assert.Empty(await environment.Workspace.AuditAsync($"from={to}&to={from}&action=project.create"));
    }

    [Theory]
    [InlineData("action=secret.peek", "action")]
    [InlineData("action=", "action")]
    [InlineData("outcome=ok", "outcome")]
    [InlineData("actorId=", "actorId")]
    [InlineData("projectId=", "projectId")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-01-01", "from")]
    [InlineData("from=2026-01-01T00:00:00", "from")]
    [InlineData("to=2026-13-01T00:00:00Z", "to")]
    [InlineData("to=2026-01-01T00:00:00+02:00", "to")]
    [InlineData("to=99999-01-01T00:00:00Z", "to")]
    [InlineData("to=", "to")]
    [InlineData("from=0001-01-01T00:00:00%2B14:00", "from")]
    [InlineData("outcome=denied&outcome=denied", "outcome")]
    [InlineData("requestId=x", "requestId")]
    public async Task An_invalid_filter_is_refused_and_named(string query, string named)
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.GetAsync("/audit?" + query)).IsInvalid(named);
    }

    private static string? MetadataField(JsonElement entry, string name) =>
        entry.GetProperty("metadata").TryGetProperty(name, out var value) ? value.GetString() : null;
}
