using Microsoft.Data.Sqlite;
using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// An online copy: page by page, within one read transaction, so that it is one state and writers can't make it begin anew.
/// While it runs the log can't be truncated; what is deleted meanwhile leaves the files after it.
/// </summary>
internal static class SqliteBackup
{
    private const int PagesInOneStep = 1_000;

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
        // The state is that of the first statement.
        source.Run("SELECT count(*) FROM sqlite_schema");
        using (var target = Open(path))
        {
            // Nobody else sees the file before it is whole, and its bytes are made durable once, at the end.
            Execute(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
            CopyPages(source.Handle, target.Handle!, progress, cancellation);
        }

        using (var target = Open(path))
        {
            // The pages say that a log belongs to them: the copy is one file, and opens by itself.
            Execute(target, "PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE");
            SqliteConnections.SetPragma(target, "journal_mode", "delete");
        }
    }

    private static void CopyPages(sqlite3 source, sqlite3 target, Action<long, long> progress, CancellationToken cancellation)
    {
        using var backup = raw.sqlite3_backup_init(target, "main", source, "main");
        int result;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            result = raw.sqlite3_backup_step(backup, PagesInOneStep);
            var total = raw.sqlite3_backup_pagecount(backup);
            progress(total - raw.sqlite3_backup_remaining(backup), total);
        }
        while (result == raw.SQLITE_OK);

        // Finishing commits, and says what could not be written.
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
