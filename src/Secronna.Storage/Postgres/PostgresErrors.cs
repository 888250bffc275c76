using System.Net.Sockets;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// Turns errors of PostgreSQL and of its connections into the storage's exceptions. The server's messages are not used, because
/// they may quote data.
/// </summary>
internal static class PostgresErrors
{
    private const string IdleInTransactionSessionTimeout = "25P03";

    /// <summary>
    /// Gives the exception to throw. An exception that comes neither from PostgreSQL nor from a connection is returned unchanged.
    /// </summary>
    public static Exception Convert(Exception exception) => exception switch
    {
        PostgresException refused => Convert(refused),
        NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException or OperationCanceledException =>
            new StorageUnavailableException($"PostgreSQL: {Reason(exception)}", exception),
        _ => exception,
    };

    /// <summary>
    /// Whether the error means that the connection is lost, and that the pool's other connections likely are too.
    /// </summary>
    public static bool IsLoss(Exception exception) => exception is PostgresException refused
        ? IsServerGone(refused.SqlState)
        : exception.GetBaseException() is IOException or SocketException;

    // Error codes and their classes: https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static Exception Convert(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => new UniqueViolationException(),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => new ConflictException(),
        PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement => new StorageUnavailableException(
            "PostgreSQL: the pooler keeps no prepared statements: remove Max Auto Prepare from the connection string"),
        PostgresErrorCodes.InsufficientPrivilege => new StorageUnavailableException(
            "PostgreSQL: the role lacks a privilege that this needs (42501); docs/postgresql.md lists the privileges of each role"),
        { } state when IsServerGone(state) || IsTemporary(state) =>
            new StorageUnavailableException($"PostgreSQL: {Meaning(state)} ({state})")
            {
                IsDiskFull = state == PostgresErrorCodes.DiskFull,
            },
        { } state => new InvalidOperationException($"PostgreSQL refused a statement ({state})"),
    };

    private static bool IsServerGone(string state) => state[..2] is "08" or "57" && state is not PostgresErrorCodes.QueryCanceled;

    // Classes of errors that an operator or time can mend: a full disk, no memory, no free connection, a lock that was held for
    // too long, an idle transaction that was ended, an I/O error, a server that became a standby, damaged files, a refused login,
    // a missing database.
    private static bool IsTemporary(string state) =>
        state[..2] is "53" or "55" or "57" or "58" or "25" or "XX" or "40" or "28" or "3D";

    private static string Meaning(string state) => state switch
    {
        PostgresErrorCodes.LockNotAvailable => "another transaction held a row for too long",
        PostgresErrorCodes.QueryCanceled => "the statement took too long",
        IdleInTransactionSessionTimeout => "the transaction was idle for too long",
        PostgresErrorCodes.ReadOnlySqlTransaction => "it takes no writes: it is a standby, or an administrator has set default_transaction_read_only",
        PostgresErrorCodes.DiskFull => "its disk is full",
        PostgresErrorCodes.TooManyConnections => "it has no connection left",
        _ => "it can't do this now",
    };

    private static string Reason(Exception exception) => exception.GetBaseException() switch
    {
        TimeoutException => "it did not answer in time, or all connections were busy",
        SocketException socket => $"no connection ({socket.SocketErrorCode})",
        var inner => $"the connection was lost ({inner.GetType().Name})",
    };
}
