namespace Secronna.Storage.Engine;

/// <summary>Applies numbered SQL files to a database. Each is applied once and recorded with its checksum.</summary>
public static class Migrator
{
    private const string Table = "schema_migrations";

    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint NOT NULL)
        """;

    /// <summary>All migrations that this program has for an engine, in order.</summary>
    public static IReadOnlyList<Migration> KnownFor(DatabaseEngine engine) => Migration.ReadEmbedded(engine.MigrationsFolder);

    /// <summary>The migrations that the database lacks. Where there is no database yet, these are all migrations.</summary>
    /// <exception cref="StorageSetupException">The database is newer than the program, or a migration was changed.</exception>
    public static async ValueTask<IReadOnlyList<Migration>> PendingAsync(DatabaseEngine engine)
    {
        await using var connection = await engine.ConnectAsync();
        return connection is null ? KnownFor(engine) : await PendingAsync(engine, new Session(connection));
    }

    /// <summary>Whether the database exists and lacks no migration.</summary>
    /// <exception cref="StorageSetupException">The database is newer than the program, or a migration was changed.</exception>
    public static async ValueTask<bool> IsCurrentAsync(DatabaseEngine engine) => (await PendingAsync(engine)).Count == 0;

    /// <summary>
    /// Applies the migrations that the database lacks, under a lock that only one process can hold. They are applied in one
    /// transaction. If the step in code has anything to do, they are applied in two, with the step between them. Creates the
    /// database's file if needed.
    /// </summary>
    /// <param name="engine">The database's engine.</param>
    /// <param name="step">The step in code; <c>null</c> for a database that has nothing to do in it.</param>
    /// <returns>The migrations that were applied. The list is empty when another process applied them first.</returns>
    /// <exception cref="StorageSetupException">
    /// The database is newer than the program, a migration was changed, or a migration failed. What was not applied is applied by
    /// the next call.
    /// </exception>
    public static async ValueTask<IReadOnlyList<Migration>> ApplyAsync(DatabaseEngine engine, MigrationStep? step = null)
    {
        engine.CreateIfMissing();
        await using var connection = await engine.ConnectAsync()
            ?? throw new StorageSetupException($"the database {engine.DisplayName} was removed while it was being migrated");
        try
        {
            var (first, isStepNeeded) = await ApplyAsync(engine, connection, isStepDone: false);
            if (!isStepNeeded)
            {
                return first;
            }

            await (step ?? throw new StorageSetupException(
                "the database has audit entries, which only `secronna-server migrate` can pack")).RunAsync(engine, connection);
            return [.. first, .. (await ApplyAsync(engine, connection, isStepDone: true)).Applied];
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidOperationException)
        {
            throw new StorageSetupException($"the database could not be migrated: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Applies the pending migrations in one transaction. If the step in code has anything to do, those after it are left out until it
    /// is done.
    /// </summary>
    private static async ValueTask<(List<Migration> Applied, bool IsStepNeeded)> ApplyAsync(
        DatabaseEngine engine, IEngineConnection connection, bool isStepDone)
    {
        await connection.RunAsync(engine.BeginMigrationSql);
        var session = new Session(connection);
        var (applied, isStepNeeded) = (new List<Migration>(), false);
        foreach (var migration in await PendingAsync(engine, session))
        {
            isStepNeeded = !isStepDone && migration.Number == MigrationStep.After + 1 && await MigrationStep.IsNeededAsync(session);
            if (isStepNeeded)
            {
                break;
            }

            await ApplyAsync(session, migration);
            applied.Add(migration);
        }

        await connection.RunAsync("COMMIT");
        return (applied, isStepNeeded);
    }

    internal static async ValueTask RequireCurrentAsync(DatabaseEngine engine)
    {
        if (await PendingAsync(engine) is { Count: > 0 } pending)
        {
            throw new StorageSetupException(
                $"the database needs {pending.Count} migration(s), from {pending[0].Name} on: "
                + "run `secronna-server migrate`, or start with --migrate");
        }
    }

    private static async ValueTask<IReadOnlyList<Migration>> PendingAsync(DatabaseEngine engine, Session session)
    {
        var applied = await engine.HasTableAsync(session, Table) ? await ReadAppliedAsync(session) : [];
        var known = KnownFor(engine);
        foreach (var (number, checksum) in applied)
        {
            var recorded = known.FirstOrDefault(migration => migration.Number == number)
                ?? throw new StorageSetupException(
                    $"the database is newer than this program: it has migration {number}, and the program knows {known.Count}. "
                    + "Use a newer release of the program");
            if (recorded.Checksum != checksum)
            {
                throw new StorageSetupException(
                    $"migration {recorded.Name} is not the one that this database was created with: use the program as it was published");
            }
        }

        return [.. known.Where(migration => !applied.ContainsKey(migration.Number))];
    }

    private static async ValueTask<Dictionary<int, string>> ReadAppliedAsync(Session session)
    {
        var applied = new Dictionary<int, string>();
        await using var query = session.Prepare("SELECT number, checksum FROM schema_migrations ORDER BY number");
        while (await query.ReadAsync())
        {
            applied.Add(query.GetInt32(0), query.GetText(1));
        }

        return applied;
    }

    private static async ValueTask ApplyAsync(Session session, Migration migration)
    {
        await session.Connection.RunAsync(CreateTable);
        await session.Connection.RunAsync(migration.Sql);
        await using var insert = session.Prepare(
            "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, now_us())");
        await insert.Bind(migration.Number).Bind(migration.Name).Bind(migration.Checksum).ExecuteAsync();
    }
}
