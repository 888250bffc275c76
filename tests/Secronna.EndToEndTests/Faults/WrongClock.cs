using System.Globalization;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Faults;

/// <summary>A wall clock that is off: a small library between a server and the system's clock.</summary>
internal sealed class WrongClock : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private WrongClock()
    {
    }

    public static async Task<WrongClock> CreateAsync()
    {
        var clock = new WrongClock();
        await CLibrary.CompileAsync("clock.c", clock.Library);
        return clock;
    }

    private string Library => folder["clock.so"];

    /// <summary>Variables of a server whose clock is so much ahead, or behind where that is negative.</summary>
    public Dictionary<string, string> OffBy(TimeSpan offset) => new()
    {
        ["LD_PRELOAD"] = Library,
        ["TEST_CLOCK_OFFSET"] = ((long)offset.TotalSeconds).ToString(CultureInfo.InvariantCulture),
    };

    public void Dispose() => folder.Dispose();
}
