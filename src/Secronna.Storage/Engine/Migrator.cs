using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Secronna.Storage.Engine;

/// <summary>A migration, as embedded in the program.</summary>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, in hex: a migration once applied must not change.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>Brings a database forward by numbered SQL files, each once, recorded with its checksum.</summary>
public static class Migrator
{
    private const string Table = "schema_migrations";

    private const string MakeTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint NOT NULL)
        """;

    /// <summary>All migrations of an engine that this program knows, in order.</summary>
    public static IReadOnlyList<Migration> KnownFor(DatabaseEngine engine) => ReadEmbedded(engine.MigrationsFolder);

    /// <summary>The migrations that the database lacks; all of them where there is no database yet.</summary>
    /// <exception cref="StorageSetupException">The database is newer than the program, or a migration was changed.</exception>
    public static async ValueTask<IReadOnlyList<Migration>> PendingAsync(DatabaseEngine engine)
    {
        await using var connection = await engine.ConnectAsync();
        return connection is null ? KnownFor(engine) : await PendingAsync(engine, new Session(connection));
    }

    /// <summary>Whether there is a database that lacks none.</summary>
    /// <exception cref="StorageSetupException">The database is newer than the program, or a migration was changed.</exception>
    public static async ValueTask<bool> IsCurrentAsync(DatabaseEngine engine) => (await PendingAsync(engine)).Count == 0;

    /// <summary>
    /// Applies what is pending, in one transaction under a lock that only one process can have; makes the file if needed.
    /// </summary>
    /// <returns>What was applied; empty when another process did it first.</returns>
    /// <exception cref="StorageSetupException">As <see cref="PendingAsync(DatabaseEngine)"/>, or a migration failed; then nothing was applied.</exception>
    public static async ValueTask<IReadOnlyList<Migration>> ApplyAsync(DatabaseEngine engine)
    {
        engine.Create();
        await using var connection = await engine.ConnectAsync()
            ?? throw new StorageSetupException($"the database {engine.Place} is gone");
        try
        {
            await connection.RunAsync(engine.BeginMigration);
            var session = new Session(connection);
            var pending = await PendingAsync(engine, session);
            foreach (var migration in pending)
            {
                await ApplyAsync(session, migration);
            }

            await connection.RunAsync("COMMIT");
            return pending;
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidOperationException)
        {
            throw new StorageSetupException($"the database could not be migrated: {exception.Message}", exception);
        }
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
            var one = known.FirstOrDefault(migration => migration.Number == number)
                ?? throw new StorageSetupException(
                    $"the database is newer than this program: it has migration {number}, the program knows {known.Count}");
            if (one.Checksum != checksum)
            {
                throw new StorageSetupException(
                    $"migration {one.Name} is not the one that the database was made with; use the program's release as published");
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
        await session.Connection.RunAsync(MakeTable);
        await session.Connection.RunAsync(migration.Sql);
        await using var insert = session.Prepare(
            "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, now_us())");
        await insert.Bind(migration.Number).Bind(migration.Name).Bind(migration.Checksum).ExecuteAsync();
    }

    private static List<Migration> ReadEmbedded(string engineFolder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = $"Secronna.Storage.Migrations.{engineFolder}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = resource[folder.Length..^".sql".Length];
                var number = int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture);
                return new Migration(number, name, reader.ReadToEnd().ReplaceLineEndings("\n"));
            })];
    }
}
