using Secronna.Storage.Engine;

namespace Secronna.Storage;

/// <summary>How many rows of a table were copied.</summary>
public sealed record TableRows(string Table, long Rows);

/// <summary>
/// Copies a whole database into another, of either engine: one state of the source, in one transaction of the target, so
/// that the target has all of it or nothing. What is sealed stays sealed.
/// </summary>
public static class StorageCopy
{
    private const int RowsBetweenReports = 1_000;

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
        foreach (var table in Table.All)
        {
            if (await target.HasTableAsync(session, table.Name))
            {
                await RequireEmptyAsync(target, session, table);
            }
        }
    }

    /// <summary>Copies every table, has the copy looked at, and commits it; on any failure the target stays empty.</summary>
    /// <param name="source">What is copied. It is let go of before the copy is looked at.</param>
    /// <param name="target">A migrated, empty database.</param>
    /// <param name="check">Throws if the copy is not good.</param>
    /// <param name="progress">Told of the table at hand and its rows so far, now and then.</param>
    /// <param name="cancellation">Breaks it off.</param>
    /// <exception cref="StorageSetupException">The target is not empty, or in use.</exception>
    /// <exception cref="StorageUnavailableException">One of them failed.</exception>
    public static async Task<IReadOnlyList<TableRows>> RunAsync(
        Snapshot source, DatabaseEngine target, Func<Session, Task> check, Action<TableRows> progress,
        CancellationToken cancellation)
    {
        await using var load = await target.BeginLoadAsync();
        foreach (var table in Table.All)
        {
            await RequireEmptyAsync(target, load.Session, table);
        }

        var copied = new List<TableRows>();
        foreach (var table in Table.All)
        {
            copied.Add(new TableRows(table.Name, await CopyAsync(source, load, table, progress, cancellation)));
        }

        await source.DisposeAsync();
        await load.AnalyzeAsync();
        await RequireCountsAsync(load.Session, copied);
        await check(load.Session);
        cancellation.ThrowIfCancellationRequested();
        await load.CommitAsync();
        return copied;
    }

    internal static StorageSetupException InUse(Exception inner) =>
        new("the target is in use: another copy into it is under way, or a server runs on it", inner);

    private static async ValueTask<long> CopyAsync(
        Snapshot source, Load load, Table table, Action<TableRows> progress, CancellationToken cancellation)
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

    private static async ValueTask RequireCountsAsync(Session target, List<TableRows> copied)
    {
        foreach (var (table, rows) in Table.All.Zip(copied))
        {
            await using var query = target.Prepare(table.CountSql);
            if (!await query.ReadAsync() || query.GetInt64(0) != rows.Rows)
            {
                throw new StorageUnavailableException($"the copy of {table.Name} does not have the {rows.Rows} rows that were copied");
            }
        }
    }

    private static async ValueTask RequireEmptyAsync(DatabaseEngine target, Session session, Table table)
    {
        await using var query = session.Prepare(table.AnySql);
        if (await query.ReadAsync())
        {
            throw new StorageSetupException(
                $"the target {target.Place} is not empty: {table.Name} has rows. Name a new database");
        }
    }
}
