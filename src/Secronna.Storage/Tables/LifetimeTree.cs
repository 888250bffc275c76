namespace Secronna.Storage.Tables;

/// <summary>
/// Finds the tombstones whose secrets lived at an instant, without reading other tombstones. It is an interval tree over
/// instants, kept in the column <c>lifetime_node</c>. A lifetime belongs to one node: of all its instants, the one with the most
/// zero bits at its end. The lifetimes that hold an instant can belong to one node a level only, which follows from the instant.
/// </summary>
internal static class LifetimeTree
{
    /// <summary>
    /// As SQL: the node of the lifetime of a secret that is deleted at the instant <c>$1</c>. The instant of the deletion is not
    /// part of the lifetime.
    /// </summary>
    public const string NodeSql = """
        WITH RECURSIVE levels (level) AS (SELECT 0 UNION ALL SELECT level + 1 FROM levels WHERE level < 52)
        SELECT min(((CAST($1 AS bigint) - 1) >> level) << level) FROM levels
        WHERE ((CAST($1 AS bigint) - 1) >> level) << level >= created_at
        """;

    // The levels of the SQL, and of the migration that filled the column. Instants have fewer bits until the year 2255.
    private const int Levels = 53;

    /// <summary>The nodes to which the lifetimes that hold an instant can belong.</summary>
    public static IEnumerable<long> NodesAround(long instant) =>
        Enumerable.Range(0, Levels).Select(level => ((instant >> level) | 1) << level);
}
