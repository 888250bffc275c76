using Microsoft.Extensions.Time.Testing;
using Secronna.Protocol;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>The clock that instants are taken from: one that a test moves, also back, or the database's own.</summary>
internal sealed class PastClock(TestServer server)
{
    private readonly FakeTimeProvider? script = server.Time as FakeTimeProvider;

    /// <summary>Whether a test moves it.</summary>
    public bool IsScripted => script is not null;

    /// <summary>What it says, in microseconds; the database's own is this machine's.</summary>
    public long Now => Instant.From((script ?? TimeProvider.System).GetUtcNow()).Microseconds;

    /// <summary>So much time goes by, for whoever waits too.</summary>
    public async Task AdvanceAsync(long microseconds)
    {
        script!.Advance(TimeSpan.FromMicroseconds(microseconds));
        await server.SetDatabaseClockAsync();
    }

    /// <summary>Sets it ahead or, by less than nothing, back; who waits does not notice.</summary>
    public async Task SetAsync(long microsecondsAhead)
    {
        script!.AdjustTime(script.GetUtcNow() + TimeSpan.FromMicroseconds(microsecondsAhead));
        await server.SetDatabaseClockAsync();
    }
}
