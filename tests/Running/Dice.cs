namespace Secronna.Tests.Running;

/// <summary>
/// Random numbers (SplitMix64) that depend on the seed alone, so that a run's choices can be repeated. Several threads may
/// draw at once. Then chance decides which thread draws which number.
/// </summary>
internal sealed class Dice(long seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong state = (ulong)seed;

    /// <summary>A number from 0 up to, but not including, <paramref name="below"/>.</summary>
    public int Next(int below)
    {
        var mixed = Interlocked.Add(ref state, Step);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (uint)below);
    }

    public bool IsOneIn(int sides) => Next(sides) == 0;

    public T Of<T>(IReadOnlyList<T> all) => all[Next(all.Count)];
}
