using System.Globalization;
using System.Security.Authentication;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>A database on a server of PostgreSQL.</summary>
internal sealed class PostgresEngine : DatabaseEngine
{
    private const int OldestVersion = 130_000;

    // "secronna", as a number of eight bytes.
    private const long MigrationLock = 0x7365_6372_6f6e_6e61;

    // A migration may take its time, and another process wait for it.
    private static readonly TimeSpan MigrationTime = TimeSpan.FromMinutes(10);

    private readonly NpgsqlConnectionStringBuilder settings;

    public PostgresEngine(string connectionString)
    {
        try
        {
            settings = PostgresSettings.Read(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or NotSupportedException)
        {
            throw new StorageSetupException(
                "the PostgreSQL connection string is not valid; it reads Host=…;Database=…;Username=…", exception);
        }
    }

    // Another port is another server.
    public override string Place => string.Create(CultureInfo.InvariantCulture,
        $"{settings.Database ?? settings.Username} on {settings.Host}{(settings.Port == NpgsqlConnection.DefaultPort ? "" : ":" + settings.Port)}");

    public override string? FilePath => null;

    internal override string MigrationsFolder => "Postgres";

    internal override string BeginMigration => $"BEGIN; SELECT pg_advisory_xact_lock({MigrationLock})";

    internal override string CountTables => """
        SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1
        """;

    public override async ValueTask<Database> OpenAsync(Action<string> onFsyncFailure)
    {
        var isDirect = await CheckAsync();
        await Migrator.RequireCurrentAsync(this);
        return new PostgresDatabase(this, PostgresSettings.NewSource(settings, isDirect), settings.MaxPoolSize);
    }

    public override async IAsyncEnumerable<string> FindDamageAsync(Session session)
    {
        foreach (var trigger in AppendOnlyTriggers.Names)
        {
            await using var query = session.Prepare("""
                SELECT 1 FROM pg_catalog.pg_trigger
                WHERE tgrelid = 'audit_entries'::regclass AND tgname = $1 AND tgenabled IN ('O', 'A')
                """);
            if (!await query.Bind(trigger).ReadAsync())
            {
                yield return $"the trigger {trigger}, which keeps audit entries from being changed, is gone";
            }
        }
    }

    // A database that was just restored has no statistics, and each page of a walk by key would read whole tables.
    internal override string BeginSnapshot => """
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SET LOCAL enable_seqscan = off;
        SET LOCAL enable_hashjoin = off;
        SET LOCAL enable_mergejoin = off;
        SET LOCAL enable_sort = off
        """;

    internal override async ValueTask<BulkLoad> BeginBulkLoadAsync()
    {
        await CheckAsync();
        return await PostgresBulkLoad.BeginAsync(NewConnection(Timeout.InfiniteTimeSpan));
    }

    internal override void Create()
    {
    }

    internal override async ValueTask<IEngineConnection?> ConnectAsync()
    {
        await CheckAsync();
        return NewConnection(MigrationTime);
    }

    /// <summary>Connects, and refuses a server that would lose what it acknowledged or takes no writes.</summary>
    /// <returns>Whether the connection goes to the server itself, and not to a pooler.</returns>
    private async ValueTask<bool> CheckAsync()
    {
        try
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
        catch (PostgresException exception)
        {
            throw new StorageSetupException(
                $"PostgreSQL refused the connection to {Place} ({exception.SqlState}): {exception.MessageText}", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            throw new StorageSetupException(
                $"there is no connection to PostgreSQL ({Place}): {Reason(exception.GetBaseException())}", exception);
        }
    }

    // What the framework says of a certificate does not say what is wrong with it.
    private string Reason(Exception exception) => exception is AuthenticationException
        ? $"the server's certificate is refused: it must be for the host {settings.Host} (SSL Mode=VerifyFull) and of the "
            + "authority in the file that Root Certificate names, or else of one that the system trusts"
        : exception.Message;

    /// <summary>A connection that is of no pool, and whose statements may take so long.</summary>
    private PostgresEngineConnection NewConnection(TimeSpan statementTime)
    {
        var seconds = statementTime == Timeout.InfiniteTimeSpan ? 0 : (int)statementTime.TotalSeconds;
        var patient = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { CommandTimeout = seconds };
        return new PostgresEngineConnection(PostgresSettings.NewSource(patient, isDirect: false), ownsSource: true);
    }

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new StorageSetupException($"the database {Place} can't be used: {problem}");
        }
    }
}
