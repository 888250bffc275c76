using System.Data.Common;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Engines;

/// <summary>The database of one test, and means to change it without the server. Disposing of it removes it.</summary>
internal abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>The server's connection string.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>The SQL expression that turns bytes into text without checking them.</summary>
    /// <param name="bytes">The SQL expression of the bytes.</param>
    public abstract string TextOf(string bytes);

    /// <summary>Whether a text column can hold malformed UTF-8.</summary>
    public abstract bool HoldsMalformedText { get; }

    public abstract DatabaseEngine EngineWith(TimeProvider time);

    public abstract void Configure(StorageSettings settings);

    /// <summary>A connection that bypasses the server and has none of its settings.</summary>
    public abstract DbConnection Connect();

    /// <summary>A connection that bypasses the server and does not check references between rows.</summary>
    public abstract DbConnection ConnectToTamper();

    /// <summary>Makes the database refuse a kind of change of a table until <see cref="Mend"/> is called.</summary>
    /// <param name="change">The change, such as <c>INSERT</c>.</param>
    /// <param name="table">The table.</param>
    /// <param name="when">The condition of the trigger.</param>
    public void Break(string change, string table, string when = "")
    {
        using var direct = Connect();
        direct.Run($"CREATE TRIGGER broken BEFORE {change} ON {table} FOR EACH ROW {when} {Refusal}");
    }

    /// <summary>Ends what <see cref="Break"/> began.</summary>
    public void Mend(string table)
    {
        using var direct = Connect();
        direct.Run(DropTrigger("broken", table));
    }

    /// <summary>Blocks all writes of audit entries until the result is disposed of.</summary>
    public abstract IDisposable HoldAudit(Database database);

    /// <summary>The contents of all files that may hold content of the database.</summary>
    public abstract IEnumerable<byte[]> Files();

    /// <summary>A text that changes whenever anything in the database changes.</summary>
    public abstract string State();

    /// <summary>Sets the clock of the database. On SQLite the program's clock is the clock, so this does nothing there.</summary>
    public abstract Task SetClockAsync(TimeProvider time);

    public abstract ValueTask DisposeAsync();

    /// <summary>The action of a trigger that refuses the change.</summary>
    protected abstract string Refusal { get; }

    protected abstract string DropTrigger(string name, string table);
}
