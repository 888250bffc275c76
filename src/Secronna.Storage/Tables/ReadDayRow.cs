namespace Secronna.Storage.Tables;

/// <summary>The reveals of a day.</summary>
/// <param name="Day">The day, counted from 1970, UTC.</param>
/// <param name="Count">How many reveals there were.</param>
/// <param name="Readers">How many different readers made them.</param>
public readonly record struct ReadDayRow(long Day, long Count, long Readers);
