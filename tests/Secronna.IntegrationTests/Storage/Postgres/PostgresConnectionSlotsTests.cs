using Secronna.IntegrationTests.Engines;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>How the connections of a node are shared out.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresConnectionSlotsTests
{
    private const int Readers = 64;

    [Fact]
    public async Task Many_readers_share_a_third_of_the_connections_and_all_are_answered()
    {
        await using var place = await TestEngine.Current.NewDatabaseAsync();
        await using var database = await DatabaseEngines.Postgres(place.ConnectionString + ";Maximum Pool Size=12;Application Name=readers").OpenAsync(_ => { });
        var counts = await Task.WhenAll(Enumerable.Range(0, Readers).Select(async _ => await CountConnectionsAsync(database)));
        Assert.InRange(counts.Max(), 1, 4);
    }

    [Fact]
    public async Task A_reader_that_throws_gives_its_place_back()
    {
        await using var place = await TestEngine.Current.NewDatabaseAsync();
        await using var database = await DatabaseEngines.Postgres(place.ConnectionString + ";Maximum Pool Size=3;Application Name=readers").OpenAsync(_ => { });
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
                await database.ReadAsync<int, int>(0, static (_, _) => throw new TimeZoneNotFoundException()));
        }

        Assert.Equal(1, await CountConnectionsAsync(database));
    }

    private static ValueTask<long> CountConnectionsAsync(Database database) => database.ReadAsync(0, static async (session, _) =>
    {
        await using var query = session.Prepare(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'readers' AND datname = current_database()");
        await query.ReadAsync();
        return query.GetInt64(0);
    });
}
