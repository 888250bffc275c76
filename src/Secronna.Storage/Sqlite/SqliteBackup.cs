using Microsoft.Data.Sqlite;
using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Copies the database into a new file while others write. All pages are read in one read transaction, so the copy has one state,
/// and a write does not make the copy start again. The log can't be truncated during the copy, so content that is deleted
/// meanwhile is erased only afterwards.
/// </summary>
internal static class SqliteBackup
{
    private const int PagesPerStep = 1_000;

    public static void Run(SqliteEngineConnection source, string file, Action<long, long> progress, CancellationToken cancellation)
    {
        using var copy = UnfinishedFile.Create(file);
        try
        {
            Write(source, copy.TemporaryPath, progress, cancellation);
        }
        catch (SqliteException exception)
        {
            throw new StorageUnavailableException($"the copy could not be made: {exception.Message}", exception);
        }

        cancellation.ThrowIfCancellationRequested();
        copy.Keep();
    }

    private static void Write(SqliteEngineConnection source, string path, Action<long, long> progress, CancellationToken cancellation)
    {
        source.Run("BEGIN");
        // The first statement, not BEGIN, fixes the state that is read.
        source.Run("SELECT count(*) FROM sqlite_schema");
        using (var target = Open(path))
        {
            // Nobody else uses the file before it is complete, and it is flushed once at the end. So SQLite needs no journal and
            // no fsync.
            Execute(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
            CopyPages(source.Handle, target.Handle!, progress, cancellation);
        }

        using (var target = Open(path))
        {
            // The copied header says that a write-ahead log belongs to the file. The other journal mode changes the header, so
            // the copy is complete as a single file.
            Execute(target, "PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE");
            SqlitePragmas.Set(target, "journal_mode", "delete");
        }
    }

    private static void CopyPages(sqlite3 source, sqlite3 target, Action<long, long> progress, CancellationToken cancellation)
    {
        using var backup = raw.sqlite3_backup_init(target, "main", source, "main");
        int result;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            result = raw.sqlite3_backup_step(backup, PagesPerStep);
            var total = raw.sqlite3_backup_pagecount(backup);
            progress(total - raw.sqlite3_backup_remaining(backup), total);
        }
        while (result == raw.SQLITE_OK);

        // sqlite3_backup_finish commits. It returns an error if something could not be written.
        var finished = raw.sqlite3_backup_finish(backup);
        Check(result == raw.SQLITE_DONE ? finished : result);
    }

    private static void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new StorageUnavailableException(
                $"the copy could not be made: {raw.sqlite3_errstr(result & 0xff).utf8_to_string()} ({result})");
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
