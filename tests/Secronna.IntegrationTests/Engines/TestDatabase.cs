using System.Data.Common;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Engines;

/// <summary>A test's database, and what a stranger can do with it behind the server's back. It is gone with the test.</summary>
internal abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>What the server connects by.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>The expression of bytes as text, whatever the text then is.</summary>
    public abstract string TextOf(string bytes);

    /// <summary>Whether a text of the database can be malformed UTF-8.</summary>
    public abstract bool HoldsMalformedText { get; }

    public abstract DatabaseEngine EngineWith(TimeProvider time);

    public abstract void Configure(StorageSettings settings);

    /// <summary>A connection such as anyone has who can connect: none of the server's settings.</summary>
    public abstract DbConnection Connect();

    /// <summary>The same, but references between rows are not checked.</summary>
    public abstract DbConnection ConnectToTamper();

    /// <summary>Has the database refuse a change, such as <c>INSERT</c>, of a table, until it is mended.</summary>
    public void Break(string change, string table, string when = "")
    {
        using var stranger = Connect();
        stranger.Run($"CREATE TRIGGER broken BEFORE {change} ON {table} FOR EACH ROW {when} {Refusal}");
    }

    public void Mend(string table)
    {
        using var stranger = Connect();
        stranger.Run(DropTrigger("broken", table));
    }

    /// <summary>Lets no audit entry be written until it is disposed of.</summary>
    public abstract IDisposable HoldAudit(Database database);

    /// <summary>The files that the database's contents may be in.</summary>
    public abstract IEnumerable<byte[]> Files();

    /// <summary>A text that is another one when anything in the database is.</summary>
    public abstract string State();

    /// <summary>Sets the clock of a database whose clock a test moves.</summary>
    public abstract Task SetClockAsync(TimeProvider time);

    public abstract ValueTask DisposeAsync();

    protected abstract string Refusal { get; }

    protected abstract string DropTrigger(string name, string table);
}
