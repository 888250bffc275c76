namespace Secronna.Storage.Engine;

/// <summary>The kind of a database and its location. Creating an engine opens nothing.</summary>
public abstract class DatabaseEngine
{
    /// <summary>The database's name in messages: the file's path, or database and host. It has no user and no password.</summary>
    public abstract string DisplayName { get; }

    /// <summary>The path of the database's file, which may not exist yet; <c>null</c> where the database is not a file.</summary>
    public abstract string? FilePath { get; }

    /// <summary>Opens a migrated database.</summary>
    /// <param name="onFsyncFailure">
    /// Called when the disk did not confirm a write. It must end the process, because the written data may be lost and no later
    /// call can find out whether it is (S30).
    /// </param>
    /// <param name="clock">Judges the clock before each commit; <c>null</c> lets every reading be believed.</param>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public abstract ValueTask<Database> OpenAsync(Action<string> onFsyncFailure, ClockJudge? clock = null);

    /// <summary>Opens a snapshot of a migrated database, for commands that read the whole database.</summary>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public async ValueTask<Snapshot> OpenSnapshotAsync()
    {
        await Migrator.RequireCurrentAsync(this);
        return await Snapshot.OpenAsync(this) ?? throw new StorageSetupException($"there is no database at {DisplayName}");
    }

    /// <summary>
    /// Copies one state of the database into a new file. Others may write meanwhile. The file appears only when it is complete
    /// and durable. Only its owner can read it (S28).
    /// </summary>
    /// <param name="file">The path of the new file. Nothing may exist there yet.</param>
    /// <param name="progress">Called with the number of pages copied, and the number of all pages.</param>
    /// <param name="cancellation">Stops the copy.</param>
    /// <exception cref="StorageSetupException">The file can't be created at that path.</exception>
    /// <exception cref="StorageUnavailableException">
    /// The database could not be read, or the file could not be written, for example because the disk is full.
    /// </exception>
    /// <exception cref="NotSupportedException">The database is not a file. Its server has its own means of backup.</exception>
    public virtual Task BackUpAsync(string file, Action<long, long> progress, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>
    /// Lets the engine check its own files and rows. Returns the problems, in words for operators. An error of the database ends
    /// the search.
    /// </summary>
    public abstract IAsyncEnumerable<string> FindDamageAsync(Session session);

    /// <summary>The folder of this engine's migrations, below <c>Migrations</c>.</summary>
    internal abstract string MigrationsFolder { get; }

    /// <summary>The SQL that begins a transaction in which every statement sees the state that the first statement saw.</summary>
    internal abstract string BeginSnapshotSql { get; }

    /// <summary>The SQL that begins a transaction that excludes every other migration.</summary>
    internal abstract string BeginMigrationSql { get; }

    /// <summary>The SQL that counts the tables whose name is <c>$1</c>.</summary>
    internal abstract string CountTablesSql { get; }

    /// <summary>Sets the counters of trails, on an engine that has any, to the ends of the trails.</summary>
    internal abstract ValueTask SetTrailCountersAsync(Session session);

    /// <summary>Creates the database's file if the engine needs one and it does not exist.</summary>
    internal abstract void CreateIfMissing();

    /// <summary>
    /// Opens a connection outside of any pool. The connection writes nothing by itself. Returns <c>null</c> where there is no
    /// database.
    /// </summary>
    /// <exception cref="StorageSetupException">The database exists, but no connection to it can be opened.</exception>
    internal abstract ValueTask<IEngineConnection?> ConnectAsync();

    /// <summary>Begins to fill a migrated database, and keeps others from writing to it.</summary>
    /// <exception cref="StorageSetupException">The database is in use.</exception>
    internal abstract ValueTask<BulkLoad> BeginBulkLoadAsync();

    internal async ValueTask<bool> HasTableAsync(Session session, string name)
    {
        await using var query = session.Prepare(CountTablesSql);
        return await query.Bind(name).ReadAsync() && query.GetInt64(0) > 0;
    }
}
