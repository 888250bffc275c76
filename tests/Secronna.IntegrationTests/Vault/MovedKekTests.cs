using Microsoft.Extensions.DependencyInjection;
using Secronna.Protocol;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>S9: reveals whose KEK is destroyed after they read the version's row.</summary>
public sealed class MovedKekTests
{
    [Fact]
    public async Task A_reveal_whose_KEK_was_just_destroyed_reads_the_row_again_and_gives_the_value()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        var row = await ReadAsync(installation, written);
        await RotateAsync(installation, written.ProjectId);
        Assert.NotEqual(row.KekId, (await ReadAsync(installation, written)).KekId);
        Assert.Null(await installation.Services.GetRequiredService<KekLeases>().LeaseAsync(row.KekId));

        using var revealed = await installation.Services.GetRequiredService<SecretOpener>().OpenAsync(TestInstallation.Caller(written.WorkspaceId), row);

        Assert.Equal(written.Value, System.Text.Encoding.UTF8.GetString(revealed.Value.Span));
        Assert.Empty(installation.Failures());
    }

    [Fact]
    public async Task Reveals_during_many_rotations_of_their_KEK_have_one_entry_each()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        using var connection = installation.ConnectToTamper();
        var before = connection.One<long>("SELECT count(*) FROM audit_entries WHERE action = 'secret.reveal'");
        var reveals = 0;
        for (var rotation = RotateManyAsync(); !rotation.IsCompleted; reveals++)
        {
            Assert.Equal(written.Value, await installation.RevealAsync(written));
        }

        Assert.Equal(before + reveals, connection.One<long>("SELECT count(*) FROM audit_entries WHERE action = 'secret.reveal'"));
        Assert.Empty(installation.Failures());

        Task RotateManyAsync() => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await RotateAsync(installation, written.ProjectId);
            }
        });
    }

    [Fact]
    public async Task A_reveal_whose_secret_was_deleted_and_whose_KEK_was_destroyed_is_NOT_FOUND_and_recorded_as_failed()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        var row = await ReadAsync(installation, written);
        await installation.Services.GetRequiredService<SecretService>().DeleteAsync(TestInstallation.Caller(written.WorkspaceId), written.SecretId);
        await RotateAsync(installation, written.ProjectId);

        var refused = await Assert.ThrowsAsync<Server.Access.RequestException>(async () =>
            await installation.Services.GetRequiredService<SecretOpener>().OpenAsync(TestInstallation.Caller(written.WorkspaceId), row));

        Assert.Equal(ErrorCodes.NotFound, refused.Code);
        Assert.Equal(1, installation.Failures()[(written.SecretId, written.Version)]);
    }

    [Fact]
    public async Task A_reveal_of_an_environment_in_which_a_secret_is_deleted_meanwhile_starts_again_and_gives_the_others()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        var caller = TestInstallation.Caller(written.WorkspaceId);
        var attempts = 0;

        var (_, values) = await installation.Services.GetRequiredService<EnvironmentRevealService>().RevealAsync(
            caller, EnvironmentReference.OfId(written.EnvironmentId), new RevealSelection(null, null), DeleteOne);

        using (values)
        {
            var others = installation.Filled.Where(other => other.EnvironmentId == written.EnvironmentId && other.SecretId != written.SecretId)
                .Select(other => other.SecretId).Distinct();
            Assert.Equal(others, values!.Values.Select(value => value.Secret.Id));
        }

        Assert.Equal(2, attempts);
        Assert.Empty(installation.Failures());

        // The service calls this function after it has found the versions and before it reads their ciphertexts.
        bool DeleteOne(string revision)
        {
            if (++attempts == 1)
            {
                Task.Run(async () =>
                {
                    await installation.Services.GetRequiredService<SecretService>().DeleteAsync(caller, written.SecretId);
                    await RotateAsync(installation, written.ProjectId);
                }).Wait();
            }

            return false;
        }
    }

    private static async Task<SealedVersionRow> ReadAsync(TestInstallation installation, WrittenVersion written) =>
        (await installation.Services.GetRequiredService<Database>().ReadAsync(written, static (session, version) =>
            VersionTable.FindSealedAsync(session, version.WorkspaceId, version.SecretId, version.Version)))!;

    private static async Task RotateAsync(TestInstallation installation, string projectId)
    {
        var database = installation.Services.GetRequiredService<Database>();
        var active = await database.ReadAsync(projectId, static (session, id) => KekTable.FindActiveAsync(session, id));
        await installation.Services.GetRequiredService<KekRotation>().ReplaceAsync(Server.Access.Caller.Server(active!.WorkspaceId), active);
        Assert.True(await installation.Services.GetRequiredService<KekRewrapper>().RunAsync(active, CancellationToken.None));
    }
}
