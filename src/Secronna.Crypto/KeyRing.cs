using System.Diagnostics.CodeAnalysis;

namespace Secronna.Crypto;

/// <summary>
/// Unwrapped KEKs, kept so that not every reveal asks the master key: bounded in number and in time since they were added
/// (S26). A key that left is zeroed when its last lease is disposed. All members are thread-safe.
/// </summary>
/// <remarks>
/// Time is given by the caller: any monotonic time, one for all calls. One lock guards it all: it is held for a look-up and
/// a few pointer writes, far shorter than the unwrapping that a lease serves.
/// </remarks>
public sealed class KeyRing : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<KeyRingEntry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<KeyRingEntry> _byUse = new(); // most recently used first
    private readonly int _capacity;
    private readonly TimeSpan _lifetime;
    private readonly LockedMemory _memory;
    private bool _disposed;

    /// <summary>An empty ring.</summary>
    /// <param name="capacity">The most keys it keeps, at least 1; beyond that the least recently used leaves.</param>
    /// <param name="lifetime">How long it keeps a key after it was added, more than zero; being used doesn't prolong it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound isn't positive.</exception>
    public KeyRing(int capacity, TimeSpan lifetime)
        : this(capacity, lifetime, LockedMemory.Shared)
    {
    }

    internal KeyRing(int capacity, TimeSpan lifetime, LockedMemory memory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        _capacity = capacity;
        _lifetime = lifetime;
        _memory = memory;
    }

    /// <summary>The number of keys in the ring, those included that expired and weren't removed yet.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Leases the key if the ring has it and it hasn't expired. The caller disposes the lease.</summary>
    /// <exception cref="ObjectDisposedException">The ring is disposed.</exception>
    public bool TryAcquire(string keyId, TimeSpan now, [NotNullWhen(true)] out KeyLease? lease)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            lease = Find_NeedsLock(keyId, now);
            return lease is not null;
        }
    }

    /// <summary>
    /// Copies a key into the ring and leases it; the caller zeroes its own copy and disposes the lease. If the ring has a
    /// key of this id already, that one is leased and stays as it is.
    /// </summary>
    /// <exception cref="ArgumentException">The key isn't 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The ring is disposed.</exception>
    public KeyLease Add(string keyId, ReadOnlySpan<byte> key, TimeSpan now)
    {
        BoxFormat.RequireKey(key, nameof(key));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Find_NeedsLock(keyId, now) is { } present)
                return present;
            if (_entries.Count == _capacity)
                Remove_NeedsLock(_byUse.Last!);
            var entry = new KeyRingEntry(keyId, LockedKey.Create(key, _memory), now);
            _entries.Add(keyId, _byUse.AddFirst(entry));
            return entry.Lease();
        }
    }

    /// <summary>Takes a key out of the ring, if it is there: its KEK is destroyed, or isn't to be kept.</summary>
    public void Remove(string keyId)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(keyId, out var node))
                Remove_NeedsLock(node);
        }
    }

    /// <summary>Takes out every key: what unwrapped them is gone.</summary>
    public void Clear()
    {
        lock (_lock)
            Clear_NeedsLock();
    }

    /// <summary>Takes out every key that has expired. To be called now and then, so that unused keys leave too.</summary>
    public void RemoveExpired(TimeSpan now)
    {
        lock (_lock)
        {
            for (var node = _byUse.First; node is not null;)
            {
                var next = node.Next;
                if (IsExpired(node.Value, now))
                    Remove_NeedsLock(node);
                node = next;
            }
        }
    }

    /// <summary>Takes every key out of the ring, for good. Leases stay valid until they are disposed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Clear_NeedsLock();
        }
    }

    private void Clear_NeedsLock()
    {
        while (_byUse.First is { } node)
            Remove_NeedsLock(node);
    }

    private KeyLease? Find_NeedsLock(string keyId, TimeSpan now)
    {
        if (!_entries.TryGetValue(keyId, out var node))
            return null;
        if (IsExpired(node.Value, now))
        {
            Remove_NeedsLock(node);
            return null;
        }

        if (node != _byUse.First)
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }

        return node.Value.Lease();
    }

    private void Remove_NeedsLock(LinkedListNode<KeyRingEntry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.KeyId);
        node.Value.Release();
    }

    private bool IsExpired(KeyRingEntry entry, TimeSpan now) => now - entry.AddedAt >= _lifetime;
}
