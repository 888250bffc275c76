using Microsoft.Extensions.Time.Testing;

namespace Secronna.IntegrationTests.Harness;

internal static class Clock
{
    /// <summary>A clock that only tests move, but for the least step at each look: no two changes have one instant.</summary>
    public static FakeTimeProvider New() => new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        AutoAdvanceAmount = TimeSpan.FromMicroseconds(10),
    };
}
