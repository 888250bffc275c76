namespace Secronna.Storage.Engine;

/// <summary>Where a database is and what kind it is; nothing is opened yet.</summary>
public abstract class DatabaseEngine
{
    /// <summary>What messages call it: the file's path, or host and database; no user and no password.</summary>
    public abstract string Place { get; }

    /// <summary>The path of the file, which may not be there yet; null where there is none.</summary>
    public abstract string? FilePath { get; }

    /// <summary>Opens a migrated database.</summary>
    /// <param name="onFsyncFailure">Must end the process: what was written may be lost, and nothing can tell (S30).</param>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public abstract ValueTask<Database> OpenAsync(Action<string> onFsyncFailure);

    /// <summary>One state of a migrated database, to be walked through.</summary>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public async ValueTask<Snapshot> OpenSnapshotAsync()
    {
        await Migrator.RequireCurrentAsync(this);
        return await Snapshot.OpenAsync(this) ?? throw new StorageSetupException($"there is no database at {Place}");
    }

    /// <summary>
    /// Copies one state of the database into a new file, while others write. The file appears whole, on the disk and for its
    /// owner alone (S28), or not at all.
    /// </summary>
    /// <param name="file">The file's path, where nothing may be yet.</param>
    /// <param name="progress">Told of pages copied, and of all there are.</param>
    /// <param name="cancellation">Breaks it off.</param>
    /// <exception cref="StorageSetupException">The file can't be made there.</exception>
    /// <exception cref="StorageUnavailableException">The database could not be read, or the file not be written: a full disk.</exception>
    /// <exception cref="NotSupportedException">The database is no file: its server has means of its own.</exception>
    public virtual Task BackUpAsync(string file, Action<long, long> progress, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>What the engine itself finds damaged, in words for operators; what it takes is let go at the first error.</summary>
    public abstract IAsyncEnumerable<string> FindDamageAsync(Session session);

    internal abstract string MigrationsFolder { get; }

    /// <summary>Begins a transaction whose statements all see the state of the first.</summary>
    internal abstract string BeginSnapshot { get; }

    /// <summary>Begins a transaction that holds off every other migration.</summary>
    internal abstract string BeginMigration { get; }

    /// <summary>Counts the tables with the name $1.</summary>
    internal abstract string CountTables { get; }

    /// <summary>Makes what a connection needs to be there.</summary>
    internal abstract void Create();

    /// <summary>A connection that is not of a pool and leaves no trace; null where there is no database.</summary>
    /// <exception cref="StorageSetupException">There is one, and it can't be connected to.</exception>
    internal abstract ValueTask<IEngineConnection?> ConnectAsync();

    /// <summary>Begins to fill a migrated database, and keeps others from writing to it.</summary>
    /// <exception cref="StorageSetupException">It is in use.</exception>
    internal abstract ValueTask<BulkLoad> BeginBulkLoadAsync();

    internal async ValueTask<bool> HasTableAsync(Session session, string name)
    {
        await using var query = session.Prepare(CountTables);
        return await query.Bind(name).ReadAsync() && query.GetInt64(0) > 0;
    }
}
