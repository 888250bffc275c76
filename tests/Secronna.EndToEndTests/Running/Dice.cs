namespace Secronna.EndToEndTests.Running;

/// <summary>Numbers that come again with the same seed (SplitMix64), so that a run's choices can be repeated.</summary>
internal sealed class Dice(long seed)
{
    private ulong state = (ulong)seed;

    /// <summary>From 0 to below.</summary>
    public int Next(int below)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (uint)below);
    }
}
