using Secronna.Storage.Engine;

namespace Secronna.Storage.Packing;

/// <summary>Runs the slices of a migration in code, each in a transaction that excludes every other migration.</summary>
internal sealed class MigrationSlices(DatabaseEngine engine, IEngineConnection connection)
{
    /// <summary>The session of the slices.</summary>
    public Session Session { get; } = new(connection);

    /// <summary>Runs slices until one says that there is no more to do.</summary>
    /// <param name="slice">Does a part of the work. Returns whether there is more.</param>
    public async ValueTask RunAsync(Func<ValueTask<bool>> slice)
    {
        while (await RunOneAsync(slice))
        {
        }
    }

    // If another process has ended the migration meanwhile, the old table is gone and there is nothing to do.
    private async ValueTask<bool> RunOneAsync(Func<ValueTask<bool>> slice)
    {
        await connection.RunAsync(engine.BeginMigrationSql);
        var hasMore = await engine.HasTableAsync(Session, AuditEntryTable.Name) && await slice();
        await connection.RunAsync("COMMIT");
        return hasMore;
    }
}
