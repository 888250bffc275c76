using System.Runtime.InteropServices;

namespace Secronna.Crypto;

/// <summary>
/// Slots of 32 bytes in native pages that are locked into memory and left out of core dumps. Many keys share a page,
/// because a process may lock only little. Pages are kept for reuse, so their number follows the most keys held at once.
/// </summary>
internal sealed unsafe class LockedMemory
{
    private readonly Lock _lock = new();
    private readonly Stack<nint> _free = new();

    internal static LockedMemory Shared { get; } = new();

    /// <summary>The bytes of a slot.</summary>
    internal static Span<byte> Bytes(nint slot) => new((void*)slot, BoxFormat.KeySize);

    /// <summary>A slot that nobody else holds, all zero.</summary>
    internal nint Take()
    {
        lock (_lock)
        {
            if (_free.Count == 0)
                AddPage();
            return _free.Pop();
        }
    }

    /// <summary>Takes back a slot that is zero again.</summary>
    internal void Return(nint slot)
    {
        lock (_lock)
            _free.Push(slot);
    }

    private void AddPage()
    {
        var size = (nuint)Environment.SystemPageSize;
        var page = (byte*)NativeMemory.AlignedAlloc(size, size);
        NativeMemory.Clear(page, size);
        PageProtection.Apply(page, size);
        for (var offset = (int)size - BoxFormat.KeySize; offset >= 0; offset -= BoxFormat.KeySize)
            _free.Push((nint)(page + offset));
    }
}
