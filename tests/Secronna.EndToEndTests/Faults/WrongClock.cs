using System.Globalization;

namespace Secronna.EndToEndTests.Faults;

/// <summary>A library, loaded before the system's own, that makes a server's wall clock wrong.</summary>
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

    /// <summary>Returns the variables of a server whose clock is ahead by <paramref name="offset"/>, or behind if it is negative.</summary>
    public Dictionary<string, string> OffBy(TimeSpan offset) => new()
    {
        ["LD_PRELOAD"] = Library,
        ["TEST_CLOCK_OFFSET"] = ((long)offset.TotalSeconds).ToString(CultureInfo.InvariantCulture),
    };

    public void Dispose() => folder.Dispose();
}
