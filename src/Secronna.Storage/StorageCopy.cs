using Secronna.Storage.Engine;
using Secronna.Storage.Packing;
using Secronna.Storage.Tables;

namespace Secronna.Storage;

/// <summary>
/// Copies one state of a whole database into another database, of the same or the other engine. It runs in one transaction of the
/// target, so the target has all rows or none. If the copy is disposed of without a commit, the target stays empty. Sealed values
/// and wrapped keys are copied as they are.
/// </summary>
public sealed class StorageCopy : IAsyncDisposable
{
    private const int RowsBetweenReports = 1_000;

    private readonly DatabaseEngine target;
    private readonly BulkLoad load;

    private StorageCopy(DatabaseEngine target, BulkLoad load) => (this.target, this.load) = (target, load);

    /// <summary>The session that reads the rows copied so far.</summary>
    public Session Session => load.Session;

    /// <summary>
    /// Checks that the target has no rows, before it is migrated. The target may have tables, or may not exist yet.
    /// </summary>
    /// <exception cref="StorageSetupException">A table of this program has rows.</exception>
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

    /// <summary>
    /// Begins a copy into a migrated, empty database. Nobody else can write to the database until the copy ends.
    /// </summary>
    /// <exception cref="StorageSetupException">The database is not empty, or is in use.</exception>
    public static async ValueTask<StorageCopy> BeginAsync(DatabaseEngine target)
    {
        var load = await target.BeginBulkLoadAsync();
        try
        {
            foreach (var table in TableDefinition.All)
            {
                await RequireEmptyAsync(target, load.Session, table);
            }

            return new StorageCopy(target, load);
        }
        catch
        {
            await load.DisposeAsync();
            throw;
        }
    }

    /// <summary>Copies every table, then counts the rows of the target.</summary>
    /// <param name="source">The state to copy.</param>
    /// <param name="progress">Called after every 1,000 rows with the current table and the number of its rows so far.</param>
    /// <param name="cancellation">Stops the copy.</param>
    /// <exception cref="StorageUnavailableException">One of the databases failed.</exception>
    public async Task<IReadOnlyList<TableRows>> FillAsync(
        Snapshot source, Action<TableRows> progress, CancellationToken cancellation)
    {
        var copied = new List<TableRows>();
        foreach (var table in TableDefinition.All)
        {
            copied.Add(new TableRows(table.Name, await CopyAsync(source, table, progress, cancellation)));
        }

        await target.SetTrailCountersAsync(Session);
        await load.AnalyzeAsync();
        await RequireCountsAsync(copied);
        return copied;
    }

    /// <summary>Appends entries to the trails of the copy. Must be called after <see cref="FillAsync"/>.</summary>
    /// <exception cref="StorageUnavailableException">The target failed.</exception>
    public async ValueTask AppendAsync(IEnumerable<EncodedEntry> entries)
    {
        foreach (var entry in entries)
        {
            var end = await TrailSegmentTable.FindEndAsync(Session, entry.WorkspaceId);
            var at = Math.Max(end.At, await NowAsync());
            await SegmentInsert.RunAsync(Session, entry.WorkspaceId, end.LastSequence + 1, [entry with { NotBefore = at }]);
        }

        await target.SetTrailCountersAsync(Session);
    }

    /// <summary>Commits, and returns when the copy is durable.</summary>
    /// <exception cref="StorageUnavailableException">It is not known whether the copy was committed.</exception>
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

    private async ValueTask<long> NowAsync()
    {
        await using var query = Session.Prepare("SELECT now_us()");
        await query.ReadAsync();
        return query.GetInt64(0);
    }

    private async ValueTask RequireCountsAsync(List<TableRows> copied)
    {
        foreach (var (table, rows) in TableDefinition.All.Zip(copied))
        {
            await using var query = Session.Prepare(table.CountSql);
            if (!await query.ReadAsync() || query.GetInt64(0) != rows.Rows)
            {
                throw new StorageUnavailableException($"{rows.Rows} rows of {table.Name} were copied, and the target has another number");
            }
        }
    }

    private static async ValueTask RequireEmptyAsync(DatabaseEngine target, Session session, TableDefinition table)
    {
        await using var query = session.Prepare(table.AnySql);
        if (await query.ReadAsync())
        {
            throw new StorageSetupException(
                $"the target {target.DisplayName} is not empty: {table.Name} has rows. Name a new database");
        }
    }
}
