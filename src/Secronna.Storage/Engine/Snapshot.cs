namespace Secronna.Storage.Engine;

/// <summary>
/// Reads one state of a whole database on its own connection, for commands that read everything. Others may write meanwhile.
/// Content that they delete can be erased from the database's files only after the snapshot is disposed of (S15).
/// </summary>
public sealed class Snapshot : Session, IAsyncDisposable
{
    private Snapshot(DatabaseEngine engine, IEngineConnection connection)
        : base(connection) => Engine = engine;

    /// <summary>The engine of the database.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>Opens the current state. Returns <c>null</c> where there is no database.</summary>
    internal static async ValueTask<Snapshot?> OpenAsync(DatabaseEngine engine)
    {
        var connection = await engine.ConnectAsync();
        if (connection is null)
        {
            return null;
        }

        try
        {
            var snapshot = new Snapshot(engine, connection);
            await connection.RunAsync(engine.BeginSnapshotSql);
            // The snapshot is taken by the first statement, not by BEGIN.
            await using var first = snapshot.Prepare("SELECT 1 FROM installation WHERE id = 1");
            await first.ReadAsync();
            return snapshot;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
