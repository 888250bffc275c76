using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>Connects to a server, and checks that the server can be used and does not lose acknowledged writes.</summary>
/// <param name="settings">The connection string.</param>
/// <param name="displayName">The database's name in messages.</param>
internal sealed class PostgresServerCheck(NpgsqlConnectionStringBuilder settings, string displayName)
{
    private const int OldestVersion = 130_000;

    /// <summary>Connects and checks.</summary>
    /// <returns>Whether the connection goes directly to the server. Otherwise it goes through a pooler.</returns>
    /// <exception cref="StorageSetupException">
    /// The server refuses the connection, or can't be used; the message says why.
    /// </exception>
    public async ValueTask<bool> RunAsync()
    {
        try
        {
            return await CheckAsync();
        }
        catch (PostgresException exception)
        {
            throw new StorageSetupException(
                $"PostgreSQL refused the connection to {displayName} ({exception.SqlState}): {Reason(exception)}", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or SocketException
            or UnauthorizedAccessException or CryptographicException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw new StorageSetupException(
                $"there is no connection to PostgreSQL ({displayName}): {Reason(exception.GetBaseException())}", exception);
        }
    }

    private async ValueTask<bool> CheckAsync()
    {
        await using var source = PostgresSettings.NewSource(settings, isDirect: false);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
                pg_is_in_recovery(), current_setting('synchronous_commit'), current_setting('fsync'),
                current_setting('full_page_writes'), pg_backend_pid()
            """;
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        Require(row.GetInt64(0) >= OldestVersion, "the server is older than PostgreSQL 13");
        Require(row.GetString(1) == "UTF8", "the database's encoding must be UTF8: create it with ENCODING 'UTF8'");
        Require(!row.GetBoolean(2), "the server is a standby, which takes no writes: connect to the primary");
        Require(row.GetString(3) != "off", "synchronous_commit is off, so that a crash would lose what was acknowledged: set it to on");
        Require(row.GetString(4) == "on", "fsync is off, so that a power loss would destroy the database: set it to on");
        Require(row.GetString(5) == "on", "full_page_writes is off, so that a power loss would destroy the database: set it to on");
        return connection.ProcessID == row.GetInt32(6);
    }

    // Of the server's own messages only those are shown that quote no more than the names of the database and the user.
    private static string Reason(PostgresException exception) => exception.SqlState[..2] is "28" or "3D" or "53" or "57"
        ? exception.MessageText
        : "the server's log says why";

    // The framework's message does not say what is wrong with a certificate.
    private string Reason(Exception exception) => exception is AuthenticationException ? $"the server's certificate is refused: it must be for the host {settings.Host} (SSL Mode=VerifyFull) and issued by the "
            + "authority in the file that Root Certificate names, or by one that the system trusts if there is no such file"
        : exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or CryptographicException
            ? "a file that the connection string names (Passfile, Root Certificate, SSL Certificate, SSL Key) is missing or can't be used"
        : exception is InvalidOperationException or NotSupportedException or ArgumentException
            ? $"parameters of the connection string don't go together ({exception.GetType().Name})"
        : exception.Message;

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new StorageSetupException($"the database {displayName} can't be used: {problem}");
        }
    }
}
