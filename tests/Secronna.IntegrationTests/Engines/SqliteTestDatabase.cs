using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Secronna.IntegrationTests.Storage.Sqlite;
using Secronna.Server.Installation;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Engines;

/// <summary>A database file in a folder of its own.</summary>
internal sealed class SqliteTestDatabase : TestDatabase
{
    private readonly TemporaryFolder folder = new();

    public override string ConnectionString => SqliteDatabases.ConnectionString(folder);

    public override bool HoldsMalformedText => true;

    protected override string Refusal => "BEGIN SELECT RAISE(ABORT, 'broken by a test'); END";

    public override string TextOf(string bytes) => $"CAST({bytes} AS TEXT)";

    public override DatabaseEngine EngineWith(TimeProvider time) => DatabaseEngines.Sqlite(ConnectionString, time);

    public override void Configure(StorageSettings settings) => settings.ConnectionString = ConnectionString;

    public override DbConnection Connect()
    {
        var connection = new SqliteConnection(ConnectionString + ";Pooling=False");
        connection.Open();
        return connection;
    }

    public override DbConnection ConnectToTamper() => SqliteFile.ConnectDirectly(ConnectionString);

    public override IDisposable HoldAudit(Database database) => WriterHold.Take(database);

    public override IEnumerable<byte[]> Files() => Directory.GetFiles(folder.Path).Select(Read);

    // The write-ahead log is included, because it has the newest writes. Its index (-shm) is left out, because readers write it
    // too.
    public override string State() => string.Join(' ', Directory.GetFiles(folder.Path)
        .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal))
        .Select(Read).Where(file => file.Length > 0)
        .Select(file => Convert.ToHexString(SHA256.HashData(file))).Order(StringComparer.Ordinal));

    public override Task SetClockAsync(TimeProvider time) => Task.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override string DropTrigger(string name, string table) => $"DROP TRIGGER {name}";

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    }
}
