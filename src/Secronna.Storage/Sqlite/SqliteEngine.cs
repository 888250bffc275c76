using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A database in a file.</summary>
/// <param name="connectionString">The connection string.</param>
/// <param name="time">The clock that gives the instants of changes and the times of audit entries.</param>
internal sealed class SqliteEngine(string connectionString, TimeProvider time) : DatabaseEngine
{
    private const int ReadCacheKibibytes = 2_048;
    private const int LoadCacheKibibytes = 16 * 1_024;

    private readonly SqliteConnections connections = new(connectionString, time);

    public override string DisplayName => connections.FilePath;

    public override string FilePath => connections.FilePath;

    internal override string MigrationsFolder => "Sqlite";

    internal override string BeginMigrationSql => "BEGIN IMMEDIATE";

    internal override string CountTablesSql => "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1";

    public override async ValueTask<Database> OpenAsync(Action<string> onFsyncFailure, ClockJudge? clock = null)
    {
        connections.RequireFile();
        await Migrator.RequireCurrentAsync(this);
        return new SqliteDatabase(this, connections, onFsyncFailure, clock);
    }

    public override Task BackUpAsync(string file, Action<long, long> progress, CancellationToken cancellation)
    {
        connections.RequireFile();
        using var source = new SqliteEngineConnection(connections.Open(ReadCacheKibibytes));
        source.KeepLogOnClose();
        SqliteBackup.Run(source, file, progress, cancellation);
        return Task.CompletedTask;
    }

    public override IAsyncEnumerable<string> FindDamageAsync(Session session) => SqliteDamage.FindAsync(session);

    internal override string BeginSnapshotSql => "BEGIN";

    internal override ValueTask<BulkLoad> BeginBulkLoadAsync() =>
        SqliteBulkLoad.BeginAsync(new SqliteEngineConnection(connections.Open(LoadCacheKibibytes)));

    // The writer reads the end of a trail from its last segment.
    internal override ValueTask SetTrailCountersAsync(Session session) => ValueTask.CompletedTask;

    internal override void CreateIfMissing() => connections.CreateFileIfMissing();

    internal override ValueTask<IEngineConnection?> ConnectAsync()
    {
        if (!File.Exists(connections.FilePath))
        {
            return new((IEngineConnection?)null);
        }

        var connection = new SqliteEngineConnection(connections.Open(ReadCacheKibibytes));
        connection.KeepLogOnClose();
        return new(connection);
    }
}
