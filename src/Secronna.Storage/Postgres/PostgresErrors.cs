using System.Net.Sockets;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>What PostgreSQL and the way to it say, as the storage's exceptions. Messages of the server may quote data: its code says enough.</summary>
internal static class PostgresErrors
{
    private const string IdleInTransactionSessionTimeout = "25P03";

    public static Exception Convert(Exception exception) => exception switch
    {
        PostgresException refused => Convert(refused),
        NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException or OperationCanceledException =>
            new StorageUnavailableException($"PostgreSQL: {Reason(exception)}", exception),
        _ => exception,
    };

    /// <summary>Whether the connections at hand are likely gone with this one.</summary>
    public static bool IsLoss(Exception exception) => exception is PostgresException refused
        ? IsServerGone(refused.SqlState)
        : exception.GetBaseException() is IOException or SocketException;

    // Classes of errors: https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static Exception Convert(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => new UniqueViolationException(),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => new ConflictException(),
        PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement => new StorageUnavailableException(
            "PostgreSQL: the pooler in front of it keeps no prepared statements: leave Max Auto Prepare out of the connection string"),
        PostgresErrorCodes.InsufficientPrivilege => new StorageUnavailableException(
            "PostgreSQL: the role has not the rights that this needs; which role does what, docs/postgresql.md says (42501)"),
        { } state when IsServerGone(state) || IsPassing(state) =>
            new StorageUnavailableException($"PostgreSQL: {Meaning(state)} ({state})"),
        { } state => new InvalidOperationException($"PostgreSQL refused a statement ({state})"),
    };

    private static bool IsServerGone(string state) => state[..2] is "08" or "57" && state is not PostgresErrorCodes.QueryCanceled;

    // Full disk, no memory, no connection left, a lock held for too long, an idle transaction ended, an I/O error, a server
    // that became a standby, damaged files; a login that is refused, a database that is away.
    private static bool IsPassing(string state) =>
        state[..2] is "53" or "55" or "57" or "58" or "25" or "XX" or "40" or "28" or "3D";

    private static string Meaning(string state) => state switch
    {
        PostgresErrorCodes.LockNotAvailable => "another transaction held a row for too long",
        PostgresErrorCodes.QueryCanceled => "the statement took too long",
        IdleInTransactionSessionTimeout => "the transaction stood still for too long",
        PostgresErrorCodes.ReadOnlySqlTransaction => "the server takes no writes",
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

/// <summary>Transactions waited for each other in a circle, and this one was undone: it may run again.</summary>
internal sealed class ConflictException : Exception
{
    public ConflictException()
        : base("the transaction was undone in favour of another")
    {
    }
}
