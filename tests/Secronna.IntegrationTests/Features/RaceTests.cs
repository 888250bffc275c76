using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features;

/// <summary>Of concurrent changes that exclude each other exactly one succeeds, and none is done in part.</summary>
[DependsOnTransactions]
public sealed class RaceTests(SharedServer shared)
{
    private const int Rounds = 12;
    private const int Concurrency = 6;

    [Fact]
    public async Task Of_concurrent_deletions_of_one_secret_one_succeeds()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("OTHER");
        for (var round = 0; round < Rounds; round++)
        {
            var id = await environment.WriteAsync("KEY");

            var replies = await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => environment.Api.DeleteAsync($"/secrets/{id}")));

            Assert.Single(replies, reply => reply.Status == 200);
            Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.IsError(404, "NOT_FOUND"));
            Assert.Single(await environment.Workspace.AuditAsync($"action=secret.delete&outcome=success&secretId={id}"));
            Assert.Equal(1, StoredSecretCount(environment));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_acknowledged_write_beside_the_deletion_of_an_empty_environment_is_never_lost(bool wholeProject)
    {
        var workspace = await shared.NewWorkspaceAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var environment = await workspace.NewTestEnvironmentAsync($"Web {round}");
            var target = wholeProject ? $"/projects/{environment.ProjectId}" : $"/environments/{environment.Id}";
            var deletion = environment.Api.DeleteAsync(target);
            var write = environment.PutAsync("KEY", "v");

            if ((await deletion).Status == 200)
            {
                // The deletion succeeded, so the write must have been refused.
                (await write).IsError(404, "NOT_FOUND");
                continue;
            }

            (await deletion).IsError(409, "CONFLICT");
            Assert.Equal("v", await environment.ValueAsync((await write).Is(201).Data.Text("id")));
        }
    }

    [Fact]
    public async Task Of_concurrent_deletions_of_one_project_or_environment_one_succeeds()
    {
        var workspace = await shared.NewWorkspaceAsync();
        for (var round = 0; round < Rounds / 2; round++)
        {
            var environment = await workspace.NewTestEnvironmentAsync($"Web {round}");
            foreach (var (target, action) in new[]
            {
                ($"/environments/{environment.Id}", "environment.delete"), ($"/projects/{environment.ProjectId}", "project.delete"),
            })
            {
                var replies = await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => environment.Api.DeleteAsync(target)));

                Assert.Single(replies, reply => reply.Status == 200);
                Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.IsError(404, "NOT_FOUND"));
                Assert.Single(await workspace.AuditAsync($"action={action}&outcome=success&projectId={environment.ProjectId}"));
            }
        }
    }

    [Fact]
    public async Task A_credential_that_several_callers_revoke_at_once_is_revoked_once()
    {
        var workspace = await shared.NewWorkspaceAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var id = (await workspace.NewAccessKeyAsync()).Text("id");

            var replies = await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => workspace.Api.PostAsync($"/access-keys/{id}/revoke")));

            // Later callers are told when the credential was revoked.
            Assert.Single(replies.Select(reply => reply.Is(200).Data.Text("revokedAt")).Distinct());
        }

        Assert.Equal(Rounds, (await workspace.AuditAsync("action=access_key.revoke&outcome=success")).Count);
    }

    [Fact]
    public async Task Of_concurrent_creations_of_projects_with_one_slug_one_succeeds()
    {
        var workspace = await shared.NewWorkspaceAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => workspace.Api.PostAsync("/projects", """{"name":"Web"}""")));

        Assert.Single(replies, reply => reply.Status == 201);
        Assert.All(replies.Where(reply => reply.Status != 201), reply => reply.IsError(409, "CONFLICT"));
        Assert.Single(await workspace.AuditAsync("action=project.create&outcome=success"));
    }

    private static long StoredSecretCount(TestEnvironment environment) => environment.Server.Count(
        "SELECT secret_count FROM environments WHERE id = @id", ("@id", environment.Id));
}
