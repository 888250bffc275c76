using Secronna.IntegrationTests.Engines;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>The limits on how many of a node's connections readers use.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresConnectionSlotsTests
{
    private const int Readers = 64;

    [Fact]
    public async Task Many_readers_use_at_most_a_third_of_the_connections_and_all_are_answered()
    {
        await using var testDatabase = await TestEngine.Current.NewDatabaseAsync();
        await using var database = await OpenAsync(testDatabase, poolSize: 12);
        var counts = await Task.WhenAll(Enumerable.Range(0, Readers).Select(async _ => await CountConnectionsAsync(database)));
        Assert.InRange(counts.Max(), 1, 4);
    }

    [Fact]
    public async Task A_read_that_throws_frees_its_connection()
    {
        await using var testDatabase = await TestEngine.Current.NewDatabaseAsync();
        await using var database = await OpenAsync(testDatabase, poolSize: 3);
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
                await database.ReadAsync<int, int>(0, static (_, _) => throw new TimeZoneNotFoundException()));
        }

        Assert.Equal(1, await CountConnectionsAsync(database));
    }

    private static async Task<Database> OpenAsync(TestDatabase testDatabase, int poolSize) =>
        await DatabaseEngines.Postgres($"{testDatabase.ConnectionString};Maximum Pool Size={poolSize};Application Name=readers")
            .OpenAsync(_ => { });

    private static ValueTask<long> CountConnectionsAsync(Database database) => database.ReadAsync(async session =>
    {
        await using var query = session.Prepare(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'readers' AND datname = current_database()");
        await query.ReadAsync();
        return query.GetInt64(0);
    });
}
