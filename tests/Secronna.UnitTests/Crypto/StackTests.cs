using System.Runtime.CompilerServices;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

/// <summary>Data keys and value keys are on the stack while they are needed (S26). None is left there afterwards.</summary>
public sealed class StackTests
{
    private const int Depth = 64 * 1024;

    private readonly Sample sample = Sample.Create();

    [Fact]
    public void The_search_finds_a_key_that_is_left_on_the_stack()
    {
        var key = sample.DataKey();
        Assert.True(IsLeft(() => LeaveBehind(key), () => key));
    }

    [Fact]
    public void Opening_leaves_no_key_on_the_stack() => LeavesNoKey(() => sample.Open().Dispose());

    [Fact]
    public void Refusing_leaves_no_key_on_the_stack()
    {
        var changed = sample.Ciphertext.ToArray();
        changed[^1] ^= 1;
        LeavesNoKey(() => Assert.Throws<DecryptionException>(() => (sample with { Ciphertext = changed }).Open()));
    }

    [Fact]
    public void Rewrapping_leaves_no_key_on_the_stack()
    {
        var next = Sample.Create();
        LeavesNoKey(() => sample.Rewrap(next));
    }

    [Fact]
    public void Sealing_leaves_no_key_on_the_stack()
    {
        var made = sample;
        Assert.False(IsLeft(() => made = sample.Seal(Sample.Value), () => made.DataKey()));
        Assert.False(IsLeft(() => made = sample.Seal(Sample.Value), () => ValueKeyOf(made)));
    }

    private void LeavesNoKey(Action use)
    {
        byte[] dataKey = sample.DataKey(), valueKey = ValueKeyOf(sample);
        Assert.False(IsLeft(use, () => dataKey));
        Assert.False(IsLeft(use, () => valueKey));
    }

    private static byte[] ValueKeyOf(Sample sample)
    {
        var keys = new byte[ValueKey.Size];
        ValueKey.Derive(sample.DataKey(), BoxFormat.WithKey, sample.Ciphertext.AsSpan(2, 12), keys);
        return keys[..32];
    }

    // After the use, copies the stack below this frame before anything else can overwrite it, and only then asks for the secret.
    // It runs on a thread of its own, whose stack holds nothing from other tests.
    private static bool IsLeft(Action use, Func<byte[]> secret)
    {
        var below = new byte[Depth];
        var thread = new Thread(() =>
        {
            // The first call only compiles the method: compiling it after the use would overwrite the stack.
            CopyStackBelow(below);
            use();
            CopyStackBelow(below);
        });
        thread.Start();
        thread.Join();
        return below.AsSpan().IndexOf(secret().AsSpan(0, 16)) >= 0;
    }

    // Compiled once, at full optimization: tiered compilation of the running loop would overwrite the stack too.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe void CopyStackBelow(byte[] below)
    {
        byte here;
        var start = &here - below.Length;
        for (var i = 0; i < below.Length; i++)
        {
            below[i] = start[i];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveBehind(byte[] key)
    {
        Span<byte> copy = stackalloc byte[4096];
        key.CopyTo(copy);
    }
}
