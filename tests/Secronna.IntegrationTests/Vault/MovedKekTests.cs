using Microsoft.Extensions.DependencyInjection;
using Secronna.Protocol;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>S9: reveals that meet a KEK which was destroyed after their row was read.</summary>
public sealed class MovedKekTests
{
    [Fact]
    public async Task A_reveal_whose_KEK_was_just_destroyed_gives_the_value_by_the_row_as_it_is_now()
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
    public async Task Reveals_while_their_KEK_is_replaced_again_and_again_have_one_entry_each()
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
    public async Task A_reveal_whose_KEK_was_destroyed_with_its_secret_is_NOT_FOUND_and_on_record_as_failed()
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
    public async Task A_bulk_reveal_that_meets_such_a_secret_looks_anew_and_gives_the_others()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        var caller = TestInstallation.Caller(written.WorkspaceId);
        var looks = 0;

        var (_, values) = await installation.Services.GetRequiredService<EnvironmentRevealService>().RevealAsync(
            caller, EnvironmentReference.OfId(written.EnvironmentId), new RevealSelection(null, null), DeleteOne);

        using (values)
        {
            var others = installation.Filled.Where(other => other.EnvironmentId == written.EnvironmentId && other.SecretId != written.SecretId)
                .Select(other => other.SecretId).Distinct();
            Assert.Equal(others, values!.Values.Select(value => value.Secret.Id));
        }

        Assert.Equal(2, looks);
        Assert.Equal(1, installation.Failures()[(written.SecretId, 2)]);

        // Asked after the look, and before anything is opened.
        bool DeleteOne(string revision)
        {
            if (++looks == 1)
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
        (await installation.Services.GetRequiredService<Database>().ReadAsync(written, static (session, it) =>
            VersionTable.FindSealedAsync(session, it.WorkspaceId, it.SecretId, it.Version)))!;

    private static async Task RotateAsync(TestInstallation installation, string projectId)
    {
        var database = installation.Services.GetRequiredService<Database>();
        var active = await database.ReadAsync(projectId, static (session, id) => KekTable.FindActiveAsync(session, id));
        await installation.Services.GetRequiredService<KekRotation>().ReplaceAsync(Server.Access.Caller.Server(active!.WorkspaceId), active);
        Assert.True(await installation.Services.GetRequiredService<KekRewrapper>().RunAsync(active, CancellationToken.None));
    }
}
