namespace Secronna.Storage;

/// <summary>The number of rows that were copied of a table.</summary>
public sealed record TableRows(string Table, long Rows);
