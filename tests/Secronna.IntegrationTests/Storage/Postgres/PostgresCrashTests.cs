using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Secronna.Tests.Postgres;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>The database server crashes and is started again.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresCrashTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Reads_and_writes_fail_at_once_while_the_server_is_down_and_succeed_when_it_is_back()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        var engine = DatabaseEngines.Postgres(await cluster.NewDatabaseAsync());
        await Migrator.ApplyAsync(engine);
        await using var database = await engine.OpenAsync(_ => { });
        await database.WriteAsync(transaction => InstallationTable.InsertAsync(transaction, new InstallationRow(1, "mk_1", [1]), new byte[] { 2 }));
        await AllowAsync("acc_before");

        await cluster.KillAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => AllowAsync("acc_lost").WaitAsync(AtOnce));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => ListAsync().WaitAsync(AtOnce));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => database.RecordAsync(0, (_, audit, _) =>
        {
            audit.Append(new TrailEntry { WorkspaceId = "acc_before", Id = "aud_1", ActorType = "operator", ActorId = "", Action = "x", Outcome = "success" });
            return new ValueTask<bool>(true);
        }).WaitAsync(AtOnce));

        await cluster.StartAsync();

        await AllowAsync("acc_after");
        Assert.Equal(["acc_after", "acc_before"], (await ListAsync()).Select(row => row.Id));

        Task AllowAsync(string id) => database.WriteAsync(id, async (transaction, id) =>
        {
            await WorkspaceTable.AllowAsync(transaction, id, null, 1);
            return true;
        });

        Task<List<WorkspaceRow>> ListAsync() =>
            database.ReadAsync(session => WorkspaceTable.ListAsync(session, "", 9)).AsTask();
    }
}
