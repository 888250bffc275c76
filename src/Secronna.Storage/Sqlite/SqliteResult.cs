using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>Turns SQLite's result codes into exceptions.</summary>
internal static class SqliteResult
{
    private const int ConstraintUnique = 2067;
    private const int ConstraintPrimaryKey = 1555;
    private const int IoErrorFsync = 1034;
    private const int IoErrorDirFsync = 1290;

    /// <summary>Throws the exception of an error.</summary>
    /// <param name="result">The result of a call.</param>
    /// <param name="database">The connection, which knows the extended code of its last error.</param>
    public static void Check(int result, sqlite3 database)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw ToException(raw.sqlite3_extended_errcode(database));
        }
    }

    public static bool IsFsyncFailure(sqlite3 database, int result) =>
        result != raw.SQLITE_OK && raw.sqlite3_extended_errcode(database) is (IoErrorFsync or IoErrorDirFsync);

    // SQLite's own message is not used, because it may quote data.
    private static Exception ToException(int code) => (code & 0xff, code) switch
    {
        (_, ConstraintUnique or ConstraintPrimaryKey) => new UniqueViolationException(),
        (_, IoErrorFsync or IoErrorDirFsync) => new FsyncFailedException(),
        (raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_MISUSE or raw.SQLITE_RANGE or raw.SQLITE_ERROR, _) =>
            new InvalidOperationException($"SQLite refused a statement ({code})"),
        _ => new StorageUnavailableException($"SQLite: {raw.sqlite3_errstr(code & 0xff).utf8_to_string()} ({code})")
        {
            IsDiskFull = (code & 0xff) == raw.SQLITE_FULL,
        },
    };
}
