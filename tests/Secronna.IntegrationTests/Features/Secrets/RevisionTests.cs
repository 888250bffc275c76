using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>
/// The revision of an environment is computed from tags alone (S31), and says nothing else than what would be revealed (S6).
/// </summary>
public sealed class RevisionTests(SharedServer shared)
{
    [Fact]
    public async Task A_304_reads_no_ciphertext()
    {
        var (environment, id, revision) = await NewAsync();
        environment.Server.Sql(
            "UPDATE secret_versions SET ciphertext = @other WHERE secret_id = @id", ("@id", id), ("@other", new byte[70]));

        (await environment.RevealAllAsync(null, revision)).Is(304);
        (await environment.RevealAllAsync()).IsError(500, "INTEGRITY_ERROR");
    }

    [Fact]
    public async Task A_ciphertext_that_was_changed_together_with_its_tag_changes_the_revision_and_does_not_open()
    {
        var (environment, id, revision) = await NewAsync();
        environment.Server.Sql(
            "UPDATE secret_versions SET ciphertext = @other, tag = @tag WHERE secret_id = @id",
            ("@id", id), ("@other", new byte[70]), ("@tag", new byte[16]));

        (await environment.RevealAllAsync(null, revision)).IsError(500, "INTEGRITY_ERROR");
    }

    [Fact]
    public async Task A_tag_that_is_not_its_ciphertexts_is_refused_by_every_reveal_and_recorded()
    {
        var (environment, id, revision) = await NewAsync();
        environment.Server.Sql("UPDATE secret_versions SET tag = @tag WHERE secret_id = @id", ("@id", id), ("@tag", new byte[16]));

        (await environment.RevealAllAsync(null, revision)).IsError(500, "INTEGRITY_ERROR");
        (await environment.RevealAsync(id)).IsError(500, "INTEGRITY_ERROR");
        (await environment.Api.PostAsync($"/secrets/{id}/rollback", """{"version":1}""")).IsError(500, "INTEGRITY_ERROR");
        Assert.Equal(3, (await environment.Workspace.AuditAsync("outcome=failed")).Count);
    }

    [Fact]
    public async Task The_revision_of_an_unchanged_environment_stays_the_same_across_a_rotation_of_its_KEK()
    {
        var (environment, _, revision) = await NewAsync();
        await environment.RotateKekAsync();
        await environment.WaitForDestroyedKekAsync();

        (await environment.RevealAllAsync(null, revision)).Is(304);
        Assert.Equal(revision, (await environment.RevealAllAsync()).Is(200).Header("ETag"));
    }

    [Fact]
    public async Task A_reveal_while_others_write_gives_the_versions_of_one_moment()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "0"), ("B", "0")]);
        using var stop = new CancellationTokenSource();
        var writes = Task.Run(async () =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                await environment.WriteAllAsync([("A", $"{i}"), ("B", $"{i}")]);
            }
        });
        for (var i = 0; i < 100; i++)
        {
            var values = (await environment.RevealAllAsync()).Is(200).Data.GetProperty("secrets").Each("value").ToList();
            Assert.Equal(values[0], values[1]);
        }

        await stop.CancelAsync();
        await writes;
    }

    private async Task<(TestEnvironment Environment, string SecretId, string Revision)> NewAsync()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "12345678");
        await environment.WriteAsync("B");
        return (environment, id, (await environment.RevealAllAsync()).Is(200).Header("ETag")!);
    }
}
