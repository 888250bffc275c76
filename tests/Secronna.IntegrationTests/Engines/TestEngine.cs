namespace Secronna.IntegrationTests.Engines;

/// <summary>
/// The engine that the suite runs over this time. The variable SECRONNA_TEST_ENGINE says which: Sqlite, if nothing else,
/// PostgreSql, or PgBouncer, which is PostgreSQL behind a pooler in transaction mode.
/// </summary>
internal abstract class TestEngine : IAsyncDisposable
{
    /// <summary>
    /// The trait of tests of one engine only, which test.sh leaves out of the other's run, and of tests of
    /// <see cref="Any"/> engine.
    /// </summary>
    public const string Trait = "Engine";

    public const string Sqlite = "Sqlite";

    public const string PostgreSql = "PostgreSql";

    /// <summary>
    /// For tests that are not about what is stored, though their server needs a database: an ordinary run of test.sh has
    /// them over SQLite only, a thorough one over each engine.
    /// </summary>
    public const string Any = "Any";

    public static TestEngine Current { get; } = Environment.GetEnvironmentVariable("SECRONNA_TEST_ENGINE") switch
    {
        null or "" or Sqlite => new SqliteTestEngine(),
        PostgreSql => new PostgresTestEngine(isPooled: false),
        "PgBouncer" => new PostgresTestEngine(isPooled: true),
        var other => throw new InvalidOperationException($"SECRONNA_TEST_ENGINE={other}: there is no such engine"),
    };

    /// <summary>A database of a test's own without rows, migrated, or without even a table.</summary>
    public abstract Task<TestDatabase> NewDatabaseAsync(bool isEmpty = false);

    /// <summary>Ends what was started for all tests.</summary>
    public abstract ValueTask DisposeAsync();
}
