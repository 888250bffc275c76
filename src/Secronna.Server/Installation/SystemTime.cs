using System.Runtime.InteropServices;

namespace Secronna.Server.Installation;

/// <summary>
/// The system's clock. Its timestamps also count the time for which the machine slept, so elapsed times are right after a sleep.
/// They can be compared with timestamps of this provider alone.
/// </summary>
internal sealed partial class SystemTime : TimeProvider
{
    private const int BootTimeClock = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private SystemTime()
    {
    }

    public static SystemTime Instance { get; } = new();

    public override long TimestampFrequency => OperatingSystem.IsLinux() ? NanosecondsPerSecond : base.TimestampFrequency;

    // Linux has CLOCK_BOOTTIME. On other systems the base's clock may stand still while the machine sleeps. A machine that slept
    // for more than a day then counts as one whose wall clock went ahead, and an operator must confirm the clock.
    public override long GetTimestamp() =>
        OperatingSystem.IsLinux() && GetTime(BootTimeClock, out var time) == 0
            ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds
            : base.GetTimestamp();

    // The call takes tens of nanoseconds and never waits, so the garbage collector need not be told of it.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, out TimeSpecification time);

    private readonly struct TimeSpecification
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
