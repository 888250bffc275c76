using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Secronna.Storage.Engine;

/// <summary>A connection with its prepared statements. Used by one thread at a time.</summary>
public class Session : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, Statement> statements = new(ReferenceEqualityComparer.Instance);

    internal Session(SqliteConnection connection)
    {
        this.connection = connection;
        Handle = connection.Handle!;
    }

    internal sqlite3 Handle { get; }

    /// <summary>
    /// The statement of this text, prepared once. The text must be a constant: statements are kept by its identity.
    /// Parameters are <c>$1, $2 …</c> in order of appearance.
    /// </summary>
    public Statement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            statement = new Statement(Handle, sql);
            statements.Add(sql, statement);
        }

        return statement.Take();
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Finish();
        }

        connection.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closing leaves the write-ahead log as it is, so that a look writes nothing into the database's file.</summary>
    internal void KeepLogOnClose() =>
        SqliteResult.Check(raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _), Handle);

    internal void Run(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }
}
