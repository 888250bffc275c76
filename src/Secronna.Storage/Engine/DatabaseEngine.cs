namespace Secronna.Storage.Engine;

/// <summary>The kind of a database and where it is. Creating one opens nothing.</summary>
public abstract class DatabaseEngine
{
    /// <summary>The database's name in messages: the file's path, or database and host. It has no user and no password.</summary>
    public abstract string DisplayName { get; }

    /// <summary>The path of the database's file, which may not exist yet; <c>null</c> where the database is not a file.</summary>
    public abstract string? FilePath { get; }

    /// <summary>Opens a migrated database.</summary>
    /// <param name="onFsyncFailure">
    /// Called when the disk did not confirm a write. It must end the process: what was written may be lost, and no later call can
    /// find out (S30).
    /// </param>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public abstract ValueTask<Database> OpenAsync(Action<string> onFsyncFailure);

    /// <summary>Opens one state of a migrated database, for commands that read all of it.</summary>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public async ValueTask<Snapshot> OpenSnapshotAsync()
    {
        await Migrator.RequireCurrentAsync(this);
        return await Snapshot.OpenAsync(this) ?? throw new StorageSetupException($"there is no database at {DisplayName}");
    }

    /// <summary>
    /// Copies one state of the database into a new file, while others write. The file appears complete and durable, readable by
    /// its owner alone (S28), or it does not appear.
    /// </summary>
    /// <param name="file">The path of the new file. Nothing may exist there yet.</param>
    /// <param name="progress">Called with the number of pages copied, and the number of all pages.</param>
    /// <param name="cancellation">Stops the copy.</param>
    /// <exception cref="StorageSetupException">The file can't be created at that path.</exception>
    /// <exception cref="StorageUnavailableException">
    /// The database could not be read, or the file could not be written (a full disk).
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

    /// <summary>Begins a transaction whose statements all see the state of its first statement.</summary>
    internal abstract string BeginSnapshotSql { get; }

    /// <summary>Begins a transaction that excludes every other migration.</summary>
    internal abstract string BeginMigrationSql { get; }

    /// <summary>Counts the tables whose name is <c>$1</c>.</summary>
    internal abstract string CountTablesSql { get; }

    /// <summary>Creates the database's file if the engine needs one and it does not exist.</summary>
    internal abstract void CreateIfMissing();

    /// <summary>
    /// Opens a connection outside of any pool, which writes nothing by itself. Returns <c>null</c> where there is no database.
    /// </summary>
    /// <exception cref="StorageSetupException">There is a database, and it can't be connected to.</exception>
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
