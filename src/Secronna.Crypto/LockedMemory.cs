using System.Runtime.InteropServices;

namespace Secronna.Crypto;

/// <summary>
/// Slots of 32 bytes in native pages that are locked into memory and left out of core dumps. Many keys share one page, because a
/// process may lock only a little memory. Pages are kept for reuse, so their number depends on the largest number of keys that
/// were ever held at once.
/// </summary>
internal sealed unsafe class LockedMemory
{
    private readonly Lock gate = new();
    private readonly Stack<nint> free = new();

    public static LockedMemory Shared { get; } = new();

    /// <summary>The bytes of a slot.</summary>
    public static Span<byte> Bytes(nint slot) => new((void*)slot, Aes256Gcm.KeySize);

    /// <summary>Takes a slot that nobody else holds. Its bytes are zero.</summary>
    public nint Take()
    {
        lock (gate)
        {
            if (free.Count == 0)
            {
                AddPage();
            }

            return free.Pop();
        }
    }

    /// <summary>Takes a slot back. The caller has zeroed its bytes.</summary>
    public void Return(nint slot)
    {
        lock (gate)
        {
            free.Push(slot);
        }
    }

    private void AddPage()
    {
        var size = (nuint)Environment.SystemPageSize;
        var page = (byte*)NativeMemory.AlignedAlloc(size, size);
        NativeMemory.Clear(page, size);
        PageProtection.Apply(page, size);
        for (var offset = (int)size - Aes256Gcm.KeySize; offset >= 0; offset -= Aes256Gcm.KeySize)
        {
            free.Push((nint)(page + offset));
        }
    }
}
