using System.Data.Common;
using System.Globalization;
using Npgsql;
using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Tests.Postgres;

namespace Secronna.IntegrationTests.Engines;

/// <summary>A database of the PostgreSQL cluster that the test run shares.</summary>
internal sealed class PostgresTestDatabase : TestDatabase
{
    private readonly PostgresCluster cluster;
    private readonly string directConnectionString;
    private readonly NpgsqlDataSource source;
    private bool hasClock;

    /// <param name="cluster">The cluster.</param>
    /// <param name="directConnectionString">The connection string without a pooler.</param>
    /// <param name="connectionString">The server's connection string.</param>
    public PostgresTestDatabase(PostgresCluster cluster, string directConnectionString, string connectionString)
    {
        (this.cluster, this.directConnectionString, ConnectionString) = (cluster, directConnectionString, connectionString);
        source = NpgsqlDataSource.Create(directConnectionString + ";Maximum Pool Size=8");
    }

    public override string ConnectionString { get; }

    public override bool HoldsMalformedText => false;

    protected override string Refusal => "EXECUTE FUNCTION refuse()";

    public override string TextOf(string bytes) => $"convert_from({bytes}, 'UTF8')";

    public override DatabaseEngine EngineWith(TimeProvider time) => DatabaseEngines.Postgres(ConnectionString);

    public override void Configure(StorageSettings settings) =>
        (settings.Provider, settings.ConnectionString) = ("PostgreSql", ConnectionString);

    public override DbConnection Connect() => source.OpenConnection();

    public override DbConnection ConnectToTamper()
    {
        var connection = Connect();
        connection.Run("SET session_replication_role = replica");
        return connection;
    }

    public override IDisposable HoldAudit(Database database)
    {
        var connection = source.OpenConnection();
        connection.Run("BEGIN");
        connection.Run("LOCK TABLE trail_segments IN SHARE MODE");
        // Disposing of the connection ends the transaction.
        return connection;
    }

    // The files of the database's tables, and the write-ahead log since the database was created.
    public override IEnumerable<byte[]> Files()
    {
        using var connection = Connect();
        connection.Run("CHECKPOINT");
        var folder = connection.One<string>("SELECT current_setting('data_directory')");
        var number = connection.One<string>("SELECT oid::text FROM pg_database WHERE datname = current_database()");
        var contents = Path.Combine(folder, "base", number);
        var began = File.GetLastWriteTimeUtc(Path.Combine(contents, "PG_VERSION"));
        return Directory.GetFiles(contents)
            .Concat(Directory.GetFiles(Path.Combine(folder, "pg_wal")).Where(file => File.GetLastWriteTimeUtc(file) >= began))
            .Select(File.ReadAllBytes);
    }

    public override string State()
    {
        using var connection = Connect();
        return connection.One<string>("SELECT md5(schema_to_xml_and_xmlschema('public', true, false, '')::text)");
    }

    public override async Task SetClockAsync(TimeProvider time)
    {
        var now = Instant.From(time.GetUtcNow()).Microseconds.ToString(CultureInfo.InvariantCulture);
        await using var connection = await source.OpenConnectionAsync();
        if (!hasClock)
        {
            connection.Run("""
                CREATE TABLE test_clock (now bigint NOT NULL);
                INSERT INTO test_clock VALUES (0);
                CREATE OR REPLACE FUNCTION now_us() RETURNS bigint LANGUAGE sql VOLATILE AS
                $$ SELECT now FROM test_clock $$;
                CREATE OR REPLACE FUNCTION instant_after(last bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
                $$ SELECT greatest(now, last + 1) FROM test_clock $$
                """);
            hasClock = true;
        }

        connection.Run($"UPDATE test_clock SET now = {now}");
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await cluster.DropAsync(directConnectionString);
    }

    protected override string DropTrigger(string name, string table) => $"DROP TRIGGER {name} ON {table}";
}
