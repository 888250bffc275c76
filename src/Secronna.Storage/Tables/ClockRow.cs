namespace Secronna.Storage.Tables;

/// <summary>What the clock shows, and what an operator confirmed of it last.</summary>
/// <param name="Now">The reading of the clock that gives instants, in microseconds since 1970.</param>
/// <param name="Accepted">The last confirmation; <c>null</c> if there was none.</param>
public sealed record ClockRow(long Now, ClockAcceptance? Accepted);

/// <summary>An operator's confirmation that the clock was right.</summary>
/// <param name="At">What the clock showed then, in microseconds since 1970.</param>
/// <param name="Newest">The instant of the newest entry then; 0 if there was no entry.</param>
public sealed record ClockAcceptance(long At, long Newest);
