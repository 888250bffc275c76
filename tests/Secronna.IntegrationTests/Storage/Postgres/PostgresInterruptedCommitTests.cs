using System.Data.Common;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>A commit that is interrupted is never reported as a success (S30).</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresInterruptedCommitTests
{
    // The trigger sleeps during the commit, so that the test can interrupt the commit.
    private const string SleepAtCommit = """
        CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON trail_segments DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle()
        """;

    [Theory]
    [InlineData("pg_terminate_backend", true)]
    [InlineData("pg_terminate_backend", false)]
    [InlineData("pg_cancel_backend", true)]
    [InlineData("pg_cancel_backend", false)]
    public async Task An_interrupted_commit_is_unavailable(string interrupt, bool isRecord)
    {
        await using var storage = await TestStorage.CreateAsync();
        using var direct = storage.ConnectDirectly();
        direct.Run(SleepAtCommit);

        var commit = isRecord ? storage.AppendAsync(storage.Entry()) : storage.WriteAsync(async transaction =>
        {
            await ProjectTable.InsertAsync(transaction, storage.NewProject("web"));
            transaction.Audit.Append(storage.Entry());
        });
        await Until.HoldsAsync("the commit", () => Interrupt(direct, interrupt));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => commit);
        direct.Run("DROP TRIGGER slow ON trail_segments");
        Assert.Empty(await storage.TrailAsync());
        Assert.Empty(await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 9)));
        await storage.AddProjectAsync("web");
        await storage.AppendAsync(storage.Entry());
        Assert.Equal(1, Assert.Single(await storage.TrailAsync()).Sequence);
    }

    private static bool Interrupt(DbConnection direct, string interrupt) => direct.All(
        $"SELECT {interrupt}(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'").Count > 0;
}
