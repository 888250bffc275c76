using System.Diagnostics.CodeAnalysis;

namespace Secronna.Crypto;

/// <summary>
/// A cache of unwrapped KEKs, so that not every reveal has to unwrap a KEK with the master key. It bounds how many keys it holds
/// and how long it holds each (S26). A key that left the ring is zeroed when its last lease is disposed. All members are
/// thread-safe.
/// </summary>
/// <remarks>
/// The caller supplies the time: any monotonic clock, the same for all calls. One lock guards everything. It is held for a
/// dictionary look-up and a few pointer writes, which is far shorter than the unwrapping that a lease saves.
/// </remarks>
public sealed class KeyRing : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<KeyRingEntry>> entries = new(StringComparer.Ordinal);
    private readonly LinkedList<KeyRingEntry> byUse = new(); // the most recently used first
    private readonly int capacity;
    private readonly TimeSpan lifetime;
    private readonly LockedMemory memory;
    private bool isDisposed;

    /// <summary>Creates an empty ring.</summary>
    /// <param name="capacity">
    /// The most keys that the ring holds, at least 1. When it is full, the least recently used key leaves for a new one.
    /// </param>
    /// <param name="lifetime">How long the ring holds a key after it was added; more than zero. Use doesn't extend it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound isn't positive.</exception>
    public KeyRing(int capacity, TimeSpan lifetime)
        : this(capacity, lifetime, LockedMemory.Shared)
    {
    }

    internal KeyRing(int capacity, TimeSpan lifetime, LockedMemory memory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        this.capacity = capacity;
        this.lifetime = lifetime;
        this.memory = memory;
    }

    /// <summary>The number of keys in the ring, including expired ones that were not removed yet.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return entries.Count;
            }
        }
    }

    /// <summary>Leases a key if the ring has it and it hasn't expired. The caller disposes of the lease.</summary>
    /// <exception cref="ObjectDisposedException">The ring is disposed.</exception>
    public bool TryAcquire(string keyId, TimeSpan now, [NotNullWhen(true)] out KeyLease? lease)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            lease = FindUnderLock(keyId, now);
            return lease is not null;
        }
    }

    /// <summary>
    /// Copies a key into the ring and leases it. The caller zeroes its own copy and disposes of the lease. If the ring already
    /// has a key with this id, it keeps and leases that key.
    /// </summary>
    /// <exception cref="ArgumentException">The key isn't 32 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The ring is disposed.</exception>
    public KeyLease Add(string keyId, ReadOnlySpan<byte> key, TimeSpan now)
    {
        Aes256Gcm.RequireKey(key, nameof(key));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (FindUnderLock(keyId, now) is { } present)
            {
                return present;
            }

            if (entries.Count == capacity)
            {
                RemoveUnderLock(byUse.Last!);
            }

            var entry = new KeyRingEntry(keyId, LockedKey.Create(key, memory), now);
            entries.Add(keyId, byUse.AddFirst(entry));
            return entry.Lease();
        }
    }

    /// <summary>Removes a key if the ring has it, because its KEK was destroyed or must not be cached.</summary>
    public void Remove(string keyId)
    {
        lock (gate)
        {
            if (entries.TryGetValue(keyId, out var node))
            {
                RemoveUnderLock(node);
            }
        }
    }

    /// <summary>Removes every key, because the master key that unwrapped them is gone.</summary>
    public void Clear()
    {
        lock (gate)
        {
            ClearUnderLock();
        }
    }

    /// <summary>Removes every expired key. It must be called regularly, so that unused keys leave the ring too.</summary>
    public void RemoveExpired(TimeSpan now)
    {
        lock (gate)
        {
            for (var node = byUse.First; node is not null;)
            {
                var next = node.Next;
                if (IsExpired(node.Value, now))
                {
                    RemoveUnderLock(node);
                }

                node = next;
            }
        }
    }

    /// <summary>Removes every key and accepts no more keys. Leases stay valid until they are disposed.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            ClearUnderLock();
        }
    }

    private void ClearUnderLock()
    {
        while (byUse.First is { } node)
        {
            RemoveUnderLock(node);
        }
    }

    private KeyLease? FindUnderLock(string keyId, TimeSpan now)
    {
        if (!entries.TryGetValue(keyId, out var node))
        {
            return null;
        }

        if (IsExpired(node.Value, now))
        {
            RemoveUnderLock(node);
            return null;
        }

        if (node != byUse.First)
        {
            byUse.Remove(node);
            byUse.AddFirst(node);
        }

        return node.Value.Lease();
    }

    private void RemoveUnderLock(LinkedListNode<KeyRingEntry> node)
    {
        byUse.Remove(node);
        entries.Remove(node.Value.KeyId);
        node.Value.Release();
    }

    private bool IsExpired(KeyRingEntry entry, TimeSpan now) => now - entry.AddedAt >= lifetime;
}
