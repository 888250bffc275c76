using System.Runtime.CompilerServices;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

/// <summary>Data keys and value keys are on the stack while they are needed (S26); afterwards none is left there.</summary>
public sealed class StackTests
{
    private const int Depth = 64 * 1024;

    private readonly Sample _sample = Sample.Make();

    [Fact]
    public void The_search_finds_what_is_left_on_the_stack()
    {
        var key = _sample.DataKey();
        Assert.True(IsLeft(() => LeaveBehind(key), () => key));
    }

    [Fact]
    public void Opening_leaves_no_key() => LeavesNoKey(() => _sample.Open().Dispose());

    [Fact]
    public void Refusing_leaves_no_key()
    {
        var changed = _sample.Ciphertext.ToArray();
        changed[^1] ^= 1;
        LeavesNoKey(() => Assert.Throws<DecryptionException>(() => (_sample with { Ciphertext = changed }).Open()));
    }

    [Fact]
    public void Rewrapping_leaves_no_key()
    {
        var next = Sample.Make();
        LeavesNoKey(() => _sample.Rewrap(next));
    }

    [Fact]
    public void Sealing_leaves_no_key()
    {
        var made = _sample;
        Assert.False(IsLeft(() => made = _sample.Seal(Sample.Value), () => made.DataKey()));
        Assert.False(IsLeft(() => made = _sample.Seal(Sample.Value), () => ValueKeyOf(made)));
    }

    private void LeavesNoKey(Action use)
    {
        byte[] dataKey = _sample.DataKey(), valueKey = ValueKeyOf(_sample);
        Assert.False(IsLeft(use, () => dataKey));
        Assert.False(IsLeft(use, () => valueKey));
    }

    private static byte[] ValueKeyOf(Sample sample)
    {
        var keys = new byte[ValueKey.Size];
        ValueKey.Derive(sample.DataKey(), sample.Ciphertext.AsSpan(2, 12), keys);
        return keys[..32];
    }

    // Copies what lies below this frame after the use, before anything else can overwrite it, and only then asks what to
    // look for. The thread is its own, so that its stack holds nothing of other uses.
    private static bool IsLeft(Action use, Func<byte[]> secret)
    {
        var below = new byte[Depth];
        var thread = new Thread(() =>
        {
            // First for nothing: compiling it would overwrite the stack.
            CopyStackBelow(below);
            use();
            CopyStackBelow(below);
        });
        thread.Start();
        thread.Join();
        return below.AsSpan().IndexOf(secret().AsSpan(0, 16)) >= 0;
    }

    // Compiled once and for all: a loop that is compiled again while it runs overwrites the stack too.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe void CopyStackBelow(byte[] below)
    {
        byte here;
        var start = &here - below.Length;
        for (var i = 0; i < below.Length; i++)
            below[i] = start[i];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveBehind(byte[] key)
    {
        Span<byte> copy = stackalloc byte[4096];
        key.CopyTo(copy);
    }
}
