namespace Secronna.IntegrationTests.Engines;

/// <summary>
/// The engine of this test run. The variable SECRONNA_TEST_ENGINE names it: Sqlite (the default), PostgreSql, or PgBouncer, which
/// is PostgreSQL behind a pooler in transaction mode.
/// </summary>
internal abstract class TestEngine : IAsyncDisposable
{
    /// <summary>
    /// The trait that names the engine of a test. test.sh leaves out the tests of one engine in runs over the other engine. The
    /// value <see cref="Any"/> stands for either engine.
    /// </summary>
    public const string Trait = "Engine";

    public const string Sqlite = "Sqlite";

    public const string PostgreSql = "PostgreSql";

    /// <summary>
    /// The trait's value for tests whose server needs a database but that do not test the storage. An ordinary run of test.sh
    /// runs them over SQLite only. A thorough run runs them over each engine.
    /// </summary>
    public const string Any = "Any";

    public static TestEngine Current { get; } = Environment.GetEnvironmentVariable("SECRONNA_TEST_ENGINE") switch
    {
        null or "" or Sqlite => new SqliteTestEngine(),
        PostgreSql => new PostgresTestEngine(isPooled: false),
        "PgBouncer" => new PostgresTestEngine(isPooled: true),
        var other => throw new InvalidOperationException($"SECRONNA_TEST_ENGINE={other}: there is no such engine"),
    };

    /// <summary>Creates a database for one test.</summary>
    /// <param name="isEmpty">Whether the database has no tables. Otherwise it is migrated and has no rows.</param>
    public abstract Task<TestDatabase> NewDatabaseAsync(bool isEmpty = false);

    /// <summary>Stops the servers that were started for all tests.</summary>
    public abstract ValueTask DisposeAsync();
}
