using Microsoft.Extensions.Time.Testing;

namespace Secronna.IntegrationTests.Harness;

internal static class TestClock
{
    /// <summary>
    /// A clock that a test moves. It also advances by 10 microseconds at each reading, so that no two changes have one instant.
    /// </summary>
    public static FakeTimeProvider New() => new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        AutoAdvanceAmount = TimeSpan.FromMicroseconds(10),
    };
}
