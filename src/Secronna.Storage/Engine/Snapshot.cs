namespace Secronna.Storage.Engine;

/// <summary>
/// Reads one state of a whole database for as long as it takes, on a connection of its own: for commands that walk through
/// everything. Others may write meanwhile; what they delete leaves the database's files only after this ends (S15).
/// </summary>
public sealed class Snapshot : Session, IAsyncDisposable
{
    private Snapshot(DatabaseEngine engine, IEngineConnection connection)
        : base(connection) => Engine = engine;

    /// <summary>Where it is.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>The state of now; null where there is no database.</summary>
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
            await connection.RunAsync(engine.BeginSnapshot);
            // A snapshot shows the state that its first statement read.
            await using var first = snapshot.Prepare("SELECT 1 FROM installation");
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
