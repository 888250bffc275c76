namespace Secronna.Storage.Engine;

/// <summary>A column of a table.</summary>
internal sealed record Column(string Name, ColumnKind Kind);

/// <summary>The type of a column's values.</summary>
internal enum ColumnKind
{
    /// <summary>A number of up to eight bytes.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,
}
