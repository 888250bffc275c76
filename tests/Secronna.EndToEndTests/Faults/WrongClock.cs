using System.Globalization;
using Secronna.EndToEndTests.Running;

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

    private string File => folder["offset"];

    /// <summary>
    /// Returns the variables of a server whose clock is ahead by <paramref name="offset"/>, or behind if it is negative.
    /// </summary>
    public Dictionary<string, string> OffBy(TimeSpan offset) => new()
    {
        ["LD_PRELOAD"] = Library,
        ["TEST_CLOCK_OFFSET"] = ((long)offset.TotalSeconds).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Lets processes of an installation that start from now on have a clock that <see cref="SetTo"/> sets while they run.</summary>
    public void UseFor(TestInstallation installation)
    {
        SetTo(TimeSpan.Zero);
        installation.Environment["LD_PRELOAD"] = Library;
        installation.Environment["TEST_CLOCK_FILE"] = File;
    }

    /// <summary>Sets the clock of running processes to this difference from the machine's clock.</summary>
    public void SetTo(TimeSpan difference)
    {
        // The processes have the file mapped, so its bytes are overwritten and the file stays.
        using var file = new FileStream(File, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)difference.TotalSeconds));
    }

    public void Dispose() => folder.Dispose();
}
