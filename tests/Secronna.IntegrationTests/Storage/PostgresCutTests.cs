using System.Data.Common;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

/// <summary>A commit whose connection is cut is never reported as a success (S30).</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresCutTests
{
    // Runs at the commit, so that a test finds the connection there.
    private const string Dawdle = """
        CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle()
        """;

    [Theory]
    [InlineData("pg_terminate_backend", true)]
    [InlineData("pg_terminate_backend", false)]
    [InlineData("pg_cancel_backend", true)]
    [InlineData("pg_cancel_backend", false)]
    public async Task A_commit_that_is_cut_off_is_UNAVAILABLE(string cut, bool isRecord)
    {
        await using var storage = await TestStorage.CreateAsync();
        using var stranger = storage.Stranger();
        stranger.Run(Dawdle);

        var commit = isRecord ? storage.AppendAsync(storage.Entry()) : storage.WriteAsync(async transaction =>
        {
            await ProjectTable.InsertAsync(transaction, storage.NewProject("web"));
            transaction.Audit.Append(storage.Entry());
        });
        await Until.HoldsAsync("the commit", () => Cut(stranger, cut));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => commit);
        stranger.Run("DROP TRIGGER slow ON audit_entries");
        Assert.Empty(await storage.TrailAsync());
        Assert.Empty(await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 9)));
        await storage.AddProjectAsync("web");
        await storage.AppendAsync(storage.Entry());
        Assert.Equal(1, Assert.Single(await storage.TrailAsync()).Sequence);
    }

    private static bool Cut(DbConnection stranger, string cut) => stranger.All(
        $"SELECT {cut}(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'").Count > 0;
}
