using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A database in a file.</summary>
internal sealed class SqliteEngine(string connectionString, TimeProvider time) : DatabaseEngine
{
    private const int LookingCacheKibibytes = 2_048;
    private const int LoadingCacheKibibytes = 16 * 1_024;

    private readonly SqliteConnections connections = new(connectionString, time);

    public override string Place => connections.FilePath;

    public override string FilePath => connections.FilePath;

    internal override string MigrationsFolder => "Sqlite";

    internal override string BeginMigration => "BEGIN IMMEDIATE";

    internal override string CountTables => "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1";

    public override async ValueTask<Database> OpenAsync(Action<string> onFsyncFailure)
    {
        connections.RequireFile();
        await Migrator.RequireCurrentAsync(this);
        return new SqliteDatabase(this, connections, onFsyncFailure);
    }

    public override Task BackUpAsync(string file, Action<long, long> progress, CancellationToken cancellation)
    {
        connections.RequireFile();
        using var source = new SqliteEngineConnection(connections.Open(LookingCacheKibibytes));
        source.KeepLogOnClose();
        SqliteBackup.Run(source, file, progress, cancellation);
        return Task.CompletedTask;
    }

    public override IAsyncEnumerable<string> FindDamageAsync(Session session) => SqliteDamage.FindAsync(session);

    internal override string BeginSnapshot => "BEGIN";

    internal override ValueTask<BulkLoad> BeginBulkLoadAsync() =>
        SqliteBulkLoad.BeginAsync(new SqliteEngineConnection(connections.Open(LoadingCacheKibibytes)));

    internal override void Create() => connections.CreateFile();

    internal override ValueTask<IEngineConnection?> ConnectAsync()
    {
        if (!File.Exists(connections.FilePath))
        {
            return new((IEngineConnection?)null);
        }

        var connection = new SqliteEngineConnection(connections.Open(LookingCacheKibibytes));
        connection.KeepLogOnClose();
        return new(connection);
    }
}
