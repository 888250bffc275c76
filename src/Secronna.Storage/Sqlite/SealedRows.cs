using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The writer's cache of the sealed rows that reveals look up, which costs more than all else that the writer does for a reveal. It
/// is exact: all rows are dropped before a statement of the writer writes to a table of the look-up, when another connection has
/// written to the database, and when a transaction was undone.
/// </summary>
internal sealed class SealedRows
{
    private const long MaxBytes = 16 * 1_024 * 1_024;

    private readonly RowCache rows = new(MaxBytes);

    /// <summary>The tables that <see cref="VersionTable.FindSealedAsync"/> reads.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["secrets", "environments", "projects", "secret_versions", "secret_changes"];

    /// <summary>
    /// The rows that a unit need not read again; <c>null</c> for a unit that changes rows. Such a unit could be undone alone, so
    /// what it reads may never become true.
    /// </summary>
    public RowCache? For(UnitOfWork unit) => unit.RecordsOnly ? rows : null;

    /// <summary>Drops all rows.</summary>
    public void Forget() => rows.Clear();
}
