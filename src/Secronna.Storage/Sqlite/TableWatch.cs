using SQLitePCL;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Finds the statements of a connection that write to some tables. SQLite itself names the tables that a statement writes to while
/// it prepares the statement, also those that a trigger or a foreign key writes to.
/// </summary>
internal sealed class TableWatch
{
    private readonly IReadOnlySet<string> tables;
    private readonly Action beforeChange;

    /// <param name="connection">The connection, which must have prepared no statement yet.</param>
    /// <param name="tables">The names of the tables.</param>
    /// <param name="beforeChange">Called each time before a statement runs that writes to one of them.</param>
    public TableWatch(sqlite3 connection, IReadOnlySet<string> tables, Action beforeChange)
    {
        (this.tables, this.beforeChange) = (tables, beforeChange);
        SqliteResult.Check(raw.sqlite3_set_authorizer(connection, Look, null), connection);
    }

    /// <summary>Whether a statement that was prepared since <see cref="Begin"/> writes to one of the tables.</summary>
    public bool HasSeenWrite { get; private set; }

    /// <summary>Must be called before a statement is prepared.</summary>
    public void Begin() => HasSeenWrite = false;

    /// <summary>Must be called before anything runs that may write to one of the tables.</summary>
    public void ExpectAnyChange() => beforeChange();

    private int Look(object state, int action, utf8z first, utf8z second, utf8z database, utf8z trigger)
    {
        HasSeenWrite |= action is raw.SQLITE_INSERT or raw.SQLITE_UPDATE or raw.SQLITE_DELETE && tables.Contains(first.utf8_to_string());
        return raw.SQLITE_OK;
    }
}
