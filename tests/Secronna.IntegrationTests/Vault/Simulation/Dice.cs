using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>Choices that come again with the same seed.</summary>
internal sealed class Dice(long seed)
{
    private long count;

    /// <summary>From 0 to below.</summary>
    public int Next(int below)
    {
        Span<byte> input = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(input, seed);
        BinaryPrimitives.WriteInt64LittleEndian(input[8..], Interlocked.Increment(ref count));
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(hash) % (ulong)below);
    }

    public bool IsOneIn(int sides) => Next(sides) == 0;

    public T Of<T>(IReadOnlyList<T> all) => all[Next(all.Count)];
}
