using Npgsql;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Tests.Postgres;

namespace Secronna.IntegrationTests.Engines;

/// <summary>
/// One PostgreSQL cluster for the test run, started when the first test needs it. New databases are copies of a migrated one.
/// </summary>
/// <param name="isPooled">Whether the server connects through a pooler.</param>
internal sealed class PostgresTestEngine(bool isPooled) : TestEngine
{
    private const string Template = "migrated";

    private readonly Lazy<Task<PostgresCluster>> cluster = new(StartAsync);
    private readonly Lazy<Task<PgBouncer>> pooler = new(async () => await PgBouncer.StartAsync((await RunningAsync()).Port));

    /// <summary>The cluster that the test run shares.</summary>
    public static Task<PostgresCluster> RunningAsync() => ((PostgresTestEngine)Current).cluster.Value;

    public override async Task<TestDatabase> NewDatabaseAsync(bool isEmpty)
    {
        var running = await cluster.Value;
        var direct = await running.NewDatabaseAsync(isEmpty ? null : Template);
        return new PostgresTestDatabase(running, direct, isPooled ? await PooledAsync(direct) : direct);
    }

    public override async ValueTask DisposeAsync()
    {
        if (pooler.IsValueCreated)
        {
            await (await pooler.Value).DisposeAsync();
        }

        if (cluster.IsValueCreated)
        {
            await (await cluster.Value).DisposeAsync();
        }
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var running = await PostgresCluster.StartNewAsync();
        await running.ExecuteAsync("postgres", $"CREATE DATABASE {Template} TEMPLATE template0");
        await Migrator.ApplyAsync(DatabaseEngines.Postgres(running.ConnectionString(Template)));
        await running.ExecuteAsync(Template, """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken by a test'; END $$
            """);
        return running;
    }

    private async Task<string> PooledAsync(string direct) =>
        new NpgsqlConnectionStringBuilder(direct) { Port = (await pooler.Value).Port }.ConnectionString;
}
