using System.Globalization;

namespace Secronna.Server.Trail.Reads;

/// <summary>The days by which reads are counted, in UTC. They are numbered from 1970-01-01 on.</summary>
internal static class ReadDays
{
    /// <summary>For how many days counts are kept, today included.</summary>
    public const int Kept = 90;

    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The day of a time, in microseconds since 1970.</summary>
    public static long Of(long at) => at / MicrosecondsPerDay;

    /// <summary>The first one of the last days, today included.</summary>
    /// <param name="now">The time now, in microseconds since 1970.</param>
    /// <param name="days">How many days.</param>
    public static long First(long now, int days) => Of(now) - days + 1;

    /// <summary>The time at which a day begins, in microseconds since 1970.</summary>
    public static long Begin(long day) => day * MicrosecondsPerDay;

    /// <summary>A day as the API writes it, <c>2026-01-31</c>.</summary>
    public static string Text(long day) =>
        DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
