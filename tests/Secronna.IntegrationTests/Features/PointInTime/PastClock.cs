using Microsoft.Extensions.Time.Testing;
using Secronna.Protocol;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// The clock that instants are taken from. It is either a clock that a test moves, forwards or backwards, or the database's own.
/// </summary>
internal sealed class PastClock(TestServer server)
{
    private readonly FakeTimeProvider? script = server.Time as FakeTimeProvider;

    /// <summary>Whether a test moves the clock.</summary>
    public bool IsScripted => script is not null;

    /// <summary>The current instant in microseconds. The database's own clock is the clock of this machine.</summary>
    public long Now => Instant.From((script ?? TimeProvider.System).GetUtcNow()).Microseconds;

    /// <summary>Lets time pass. Timers that are due fire.</summary>
    public async Task AdvanceAsync(long microseconds)
    {
        script!.Advance(TimeSpan.FromMicroseconds(microseconds));
        await server.SetDatabaseClockAsync();
    }

    /// <summary>Sets the clock ahead or, with a negative number, back. Timers do not notice.</summary>
    public async Task SetAsync(long microsecondsAhead)
    {
        script!.AdjustTime(script.GetUtcNow() + TimeSpan.FromMicroseconds(microsecondsAhead));
        await server.SetDatabaseClockAsync();
    }
}
