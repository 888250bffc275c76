namespace Secronna.Storage.Tables;

/// <summary>The reveals of a version on a day.</summary>
/// <param name="Day">The day, counted from 1970, UTC.</param>
/// <param name="Version">The version's number.</param>
/// <param name="Count">How many reveals there were.</param>
public readonly record struct ReadVersionRow(long Day, int Version, long Count);
