namespace Secronna.Storage.Engine;

/// <summary>
/// A step of the migration that is code: what SQL alone can't do. It runs between two migrations, in transactions of its own, and
/// goes on where it was when it runs again. So a migration that was stopped can be repeated.
/// </summary>
public abstract class MigrationStep
{
    /// <summary>The number of the migration after which the step runs.</summary>
    internal const int After = 12;

    /// <summary>
    /// Whether the database has anything to do for the step. Must be called under the lock of migrations, just before the next
    /// migration after the step is applied.
    /// </summary>
    internal static async ValueTask<bool> IsNeededAsync(Session session)
    {
        await using var query = session.Prepare("SELECT 1 FROM audit_entries LIMIT 1");
        return await query.ReadAsync();
    }

    /// <summary>Does all the work that is left.</summary>
    /// <exception cref="StorageSetupException">The work can't be done; the message says why.</exception>
    internal abstract ValueTask RunAsync(DatabaseEngine engine, IEngineConnection connection);
}
