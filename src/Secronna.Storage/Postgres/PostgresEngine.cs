using System.Globalization;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>A database of a PostgreSQL server.</summary>
internal sealed class PostgresEngine : DatabaseEngine
{
    // The advisory lock that migrations hold: the text "secronna" as a number of eight bytes.
    private const long MigrationLock = 0x7365_6372_6f6e_6e61;

    // The longest time of one statement of a migration. It also bounds how long another process waits for the migration to end.
    private static readonly TimeSpan MigrationStatementTime = TimeSpan.FromMinutes(10);

    private readonly NpgsqlConnectionStringBuilder settings;

    /// <exception cref="StorageSetupException">The connection string is not valid.</exception>
    public PostgresEngine(string connectionString)
    {
        try
        {
            settings = PostgresSettings.Read(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new StorageSetupException(
                $"the PostgreSQL connection string is not valid: it must be Host=…;Database=…;Username=…, and {Reason(exception)}");
        }
    }

    // The framework appends the parameter's name on a line of its own.
    private static string Reason(ArgumentException exception) => exception.Message.Split(" (Parameter", 2)[0];

    // The port is part of the name, because servers on one host differ by their port alone.
    public override string DisplayName => string.Create(CultureInfo.InvariantCulture,
        $"{settings.Database ?? settings.Username} on {settings.Host}{(settings.Port == NpgsqlConnection.DefaultPort ? "" : ":" + settings.Port)}");

    public override string? FilePath => null;

    internal override string MigrationsFolder => "Postgres";

    internal override string BeginMigrationSql => $"BEGIN; SELECT pg_advisory_xact_lock({MigrationLock})";

    internal override string CountTablesSql => """
        SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1
        """;

    public override async ValueTask<Database> OpenAsync(Action<string> onFsyncFailure, ClockJudge? clock = null)
    {
        var isDirect = await CheckServerAsync();
        await Migrator.RequireCurrentAsync(this);
        return new PostgresDatabase(this, PostgresSettings.NewSource(settings, isDirect), settings.MaxPoolSize, clock);
    }

    public override async IAsyncEnumerable<string> FindDamageAsync(Session session)
    {
        foreach (var trigger in AppendOnlyTriggers.Names)
        {
            await using var query = session.Prepare("""
                SELECT 1 FROM pg_catalog.pg_trigger
                WHERE tgrelid = 'trail_segments'::regclass AND tgname = $1 AND tgenabled IN ('O', 'A')
                """);
            if (!await query.Bind(trigger).ReadAsync())
            {
                yield return $"the trigger {trigger}, which keeps audit entries from being changed, is missing";
            }
        }

        await foreach (var problem in FindWrongCountersAsync(session))
        {
            yield return problem;
        }
    }

    private static async IAsyncEnumerable<string> FindWrongCountersAsync(Session session)
    {
        await using var query = session.Prepare("""
            SELECT id, audit_sequence, last FROM (
                SELECT id, audit_sequence, coalesce((SELECT first_sequence + count - 1 FROM trail_segments s
                    WHERE s.workspace_id = w.id ORDER BY first_sequence DESC LIMIT 1), 0) AS last
                FROM (SELECT id, audit_sequence FROM workspaces UNION ALL SELECT '', audit_sequence FROM installation) w) counted
            WHERE audit_sequence <> last ORDER BY id
            """);
        while (await query.ReadAsync())
        {
            var name = query.GetText(0) is { Length: > 0 } id ? $"the trail of workspace {id}" : "the installation's trail";
            yield return $"{name} ends with entry {query.GetInt64(2)}, but its counter says {query.GetInt64(1)}";
        }
    }

    // A database that was just restored has no statistics. Without these settings the planner would read a whole table for each
    // page.
    internal override string BeginSnapshotSql => """
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SET LOCAL enable_seqscan = off;
        SET LOCAL enable_hashjoin = off;
        SET LOCAL enable_mergejoin = off;
        SET LOCAL enable_sort = off
        """;

    internal override async ValueTask<BulkLoad> BeginBulkLoadAsync()
    {
        await CheckServerAsync();
        return await PostgresBulkLoad.BeginAsync(NewConnection(Timeout.InfiniteTimeSpan));
    }

    internal override ValueTask SetTrailCountersAsync(Session session) => session.Connection.RunAsync("""
        UPDATE workspaces w SET (audit_sequence, audited_at) = (
            SELECT coalesce(max(s.first_sequence + s.count - 1), 0), coalesce(max(s.at), 0)
            FROM (SELECT * FROM trail_segments WHERE workspace_id = w.id ORDER BY first_sequence DESC LIMIT 1) s);
        UPDATE installation SET (audit_sequence, audited_at) = (
            SELECT coalesce(max(s.first_sequence + s.count - 1), 0), coalesce(max(s.at), 0)
            FROM (SELECT * FROM trail_segments WHERE workspace_id = '' ORDER BY first_sequence DESC LIMIT 1) s)
        """);

    internal override void CreateIfMissing()
    {
    }

    internal override async ValueTask<IEngineConnection?> ConnectAsync()
    {
        await CheckServerAsync();
        return NewConnection(MigrationStatementTime);
    }

    private ValueTask<bool> CheckServerAsync() => new PostgresServerCheck(settings, DisplayName).RunAsync();

    /// <summary>A connection outside of any pool.</summary>
    /// <param name="statementTime">The time after which a statement is cancelled.</param>
    private PostgresEngineConnection NewConnection(TimeSpan statementTime)
    {
        var seconds = statementTime == Timeout.InfiniteTimeSpan ? 0 : (int)statementTime.TotalSeconds;
        var ownSettings = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { CommandTimeout = seconds };
        return new PostgresEngineConnection(PostgresSettings.NewSource(ownSettings, isDirect: false), ownsSource: true);
    }
}
