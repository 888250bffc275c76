using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

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
    private const int CacheKibibytes = 2_048;

    /// <summary>All migrations that this program knows, in order.</summary>
    public static IReadOnlyList<Migration> Known { get; } = ReadEmbedded();

    /// <summary>The migrations that the database lacks; all of them where there is no database yet.</summary>
    /// <exception cref="StorageSetupException">The database is newer than the program, or a migration was changed.</exception>
    public static IReadOnlyList<Migration> Pending(string connectionString)
    {
        var connections = new SqliteConnections(connectionString);
        if (!File.Exists(connections.FilePath))
        {
            return Known;
        }

        using var connection = connections.Open(CacheKibibytes);
        return PendingOf(connection, null);
    }

    /// <summary>Applies what is pending, in one transaction under the database's write lock; makes the file if needed.</summary>
    /// <returns>What was applied; empty when another process did it first.</returns>
    /// <exception cref="StorageSetupException">As <see cref="Pending"/>, or a migration failed; then nothing was applied.</exception>
    public static IReadOnlyList<Migration> Apply(string connectionString, TimeProvider time)
    {
        var connections = new SqliteConnections(connectionString);
        connections.CreateFile();
        using var connection = connections.Open(CacheKibibytes);
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            var pending = PendingOf(connection, transaction);
            foreach (var migration in pending)
            {
                Apply(connection, transaction, migration, time);
            }

            transaction.Commit();
            return pending;
        }
        catch (SqliteException exception)
        {
            throw new StorageSetupException($"the database could not be migrated: {exception.Message}", exception);
        }
    }

    internal static void RequireCurrent(SqliteConnections connections)
    {
        using var connection = connections.Open(CacheKibibytes);
        if (PendingOf(connection, null) is { Count: > 0 } pending)
        {
            throw new StorageSetupException(
                $"the database needs {pending.Count} migration(s), from {pending[0].Name} on: "
                + "run `secronna-server migrate`, or start with --migrate");
        }
    }

    private static List<Migration> PendingOf(SqliteConnection connection, SqliteTransaction? transaction)
    {
        var applied = ReadApplied(connection, transaction);
        foreach (var (number, checksum) in applied)
        {
            var known = Known.FirstOrDefault(migration => migration.Number == number)
                ?? throw new StorageSetupException(
                    $"the database is newer than this program: it has migration {number}, the program knows {Known.Count}");
            if (known.Checksum != checksum)
            {
                throw new StorageSetupException(
                    $"migration {known.Name} is not the one that the database was made with; use the program's release as published");
            }
        }

        return [.. Known.Where(migration => !applied.ContainsKey(migration.Number))];
    }

    private static Dictionary<int, string> ReadApplied(SqliteConnection connection, SqliteTransaction? transaction)
    {
        var applied = new Dictionary<int, string>();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'";
        if ((long)command.ExecuteScalar()! == 0)
        {
            return applied;
        }

        command.CommandText = "SELECT number, checksum FROM schema_migrations ORDER BY number";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            applied.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return applied;
    }

    private static void Apply(
        SqliteConnection connection, SqliteTransaction transaction, Migration migration, TimeProvider time)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT
            """;
        command.ExecuteNonQuery();
        command.CommandText = migration.Sql;
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO schema_migrations VALUES ($number, $name, $checksum, $at)";
        command.Parameters.AddWithValue("$number", migration.Number);
        command.Parameters.AddWithValue("$name", migration.Name);
        command.Parameters.AddWithValue("$checksum", migration.Checksum);
        command.Parameters.AddWithValue("$at", time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000);
        command.ExecuteNonQuery();
    }

    private static List<Migration> ReadEmbedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string Folder = "Secronna.Storage.Migrations.Sqlite.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = resource[Folder.Length..^".sql".Length];
                var number = int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture);
                return new Migration(number, name, reader.ReadToEnd().ReplaceLineEndings("\n"));
            })];
    }
}
