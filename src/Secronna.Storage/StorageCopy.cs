using Secronna.Storage.Engine;

namespace Secronna.Storage;

/// <summary>How many rows of a table were copied.</summary>
public sealed record TableRows(string Table, long Rows);

/// <summary>
/// Copies a whole database into another, of either engine: one state of the source, in one transaction of the target, so
/// that the target has all of it or nothing. What is sealed stays sealed. Disposed without a commit, it leaves nothing.
/// </summary>
public sealed class StorageCopy : IAsyncDisposable
{
    private const int RowsBetweenReports = 1_000;

    private readonly BulkLoad load;

    private StorageCopy(BulkLoad load) => this.load = load;

    /// <summary>Reads the copy, as far as it is made.</summary>
    public Session Session => load.Session;

    /// <summary>Looks at the target before anything is migrated there.</summary>
    /// <exception cref="StorageSetupException">A table of ours has a row.</exception>
    public static async ValueTask RequireEmptyAsync(DatabaseEngine target)
    {
        await using var connection = await target.ConnectAsync();
        if (connection is null)
        {
            return;
        }

        var session = new Session(connection);
        foreach (var table in TableDefinition.All)
        {
            if (await target.HasTableAsync(session, table.Name))
            {
                await RequireEmptyAsync(target, session, table);
            }
        }
    }

    /// <summary>Takes a migrated, empty database for the copy; until its end nobody else can write to it.</summary>
    /// <exception cref="StorageSetupException">It is not empty, or in use.</exception>
    public static async ValueTask<StorageCopy> BeginAsync(DatabaseEngine target)
    {
        var load = await target.BeginBulkLoadAsync();
        try
        {
            foreach (var table in TableDefinition.All)
            {
                await RequireEmptyAsync(target, load.Session, table);
            }

            return new StorageCopy(load);
        }
        catch
        {
            await load.DisposeAsync();
            throw;
        }
    }

    /// <summary>Copies every table, and counts what is there then.</summary>
    /// <param name="source">What is copied.</param>
    /// <param name="progress">Told of the table at hand and its rows so far, now and then.</param>
    /// <param name="cancellation">Breaks it off.</param>
    /// <exception cref="StorageUnavailableException">One of the databases failed.</exception>
    public async Task<IReadOnlyList<TableRows>> FillAsync(
        Snapshot source, Action<TableRows> progress, CancellationToken cancellation)
    {
        var copied = new List<TableRows>();
        foreach (var table in TableDefinition.All)
        {
            copied.Add(new TableRows(table.Name, await CopyAsync(source, table, progress, cancellation)));
        }

        await load.AnalyzeAsync();
        await RequireCountsAsync(copied);
        return copied;
    }

    /// <summary>Comes back when the copy is durable, and visible to all.</summary>
    /// <exception cref="StorageUnavailableException">It is not known to be.</exception>
    public ValueTask CommitAsync() => load.CommitAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => load.DisposeAsync();

    private async ValueTask<long> CopyAsync(
        Snapshot source, TableDefinition table, Action<TableRows> progress, CancellationToken cancellation)
    {
        long count = 0;
        await using var rows = source.Prepare(table.SelectSql);
        await load.AddAsync(table, rows, () =>
        {
            if (++count % RowsBetweenReports == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress(new TableRows(table.Name, count));
            }
        });
        return count;
    }

    private async ValueTask RequireCountsAsync(List<TableRows> copied)
    {
        foreach (var (table, rows) in TableDefinition.All.Zip(copied))
        {
            await using var query = Session.Prepare(table.CountSql);
            if (!await query.ReadAsync() || query.GetInt64(0) != rows.Rows)
            {
                throw new StorageUnavailableException($"the copy of {table.Name} does not have the {rows.Rows} rows that were copied");
            }
        }
    }

    private static async ValueTask RequireEmptyAsync(DatabaseEngine target, Session session, TableDefinition table)
    {
        await using var query = session.Prepare(table.AnySql);
        if (await query.ReadAsync())
        {
            throw new StorageSetupException(
                $"the target {target.Place} is not empty: {table.Name} has rows. Name a new database");
        }
    }
}
