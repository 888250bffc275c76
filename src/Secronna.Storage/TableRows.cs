namespace Secronna.Storage;

/// <summary>The number of rows that were copied from a table.</summary>
public sealed record TableRows(string Table, long Rows);
