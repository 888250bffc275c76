using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class KeyRingTests : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    private readonly KeyRing ring = new(3, Lifetime, new LockedMemory());

    public void Dispose() => ring.Dispose();

    [Fact]
    public void An_added_key_is_leased_and_found_again()
    {
        using (var added = ring.Add("a", KeyOf("a"), Start))
        {
            Assert.Equal(KeyOf("a"), added.Key.ToArray());
        }

        using var found = Acquired("a", Start);
        Assert.Equal(KeyOf("a"), found!.Key.ToArray());
        Assert.Null(Acquired("b", Start));
    }

    [Fact]
    public void Adding_a_key_whose_id_is_present_leases_the_present_key()
    {
        Add("a");
        using var lease = ring.Add("a", KeyOf("something else"), Start + TimeSpan.FromMinutes(4));
        Assert.Equal(KeyOf("a"), lease.Key.ToArray());
        Assert.Equal(1, ring.Count);
        Assert.Null(Acquired("a", Start + Lifetime));
    }

    [Fact]
    public void Adding_a_key_whose_id_has_expired_replaces_the_old_key()
    {
        Add("a");
        using var lease = ring.Add("a", KeyOf("new"), Start + Lifetime);
        Assert.Equal(KeyOf("new"), lease.Key.ToArray());
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public void A_key_leaves_when_its_lifetime_is_over_even_if_it_is_used()
    {
        Add("a");
        for (var minute = 0; minute < 5; minute++)
        {
            Acquired("a", Start + TimeSpan.FromMinutes(minute))!.Dispose();
        }

        Acquired("a", Start + Lifetime - TimeSpan.FromTicks(1))!.Dispose();
        Assert.Null(Acquired("a", Start + Lifetime));
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void A_key_is_found_at_a_time_just_before_it_was_added()
    {
        Add("a");
        using var lease = Acquired("a", Start - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(lease);
    }

    [Fact]
    public void Removing_expired_keys_keeps_the_others()
    {
        Add("a");
        Add("b", Start + TimeSpan.FromMinutes(1));
        Add("c");
        ring.RemoveExpired(Start + Lifetime);
        Assert.Equal(1, ring.Count);
        using var lease = Acquired("b", Start + Lifetime);
        Assert.NotNull(lease);
    }

    [Fact]
    public void A_full_ring_drops_the_least_recently_used_key()
    {
        Add("a");
        Add("b");
        Add("c");
        Acquired("a", Start)!.Dispose();
        Add("d");
        Assert.Equal(3, ring.Count);
        Assert.Null(Acquired("b", Start));
        Acquired("c", Start)!.Dispose();
        Add("e");
        Assert.Null(Acquired("a", Start));
        foreach (var present in new[] { "c", "d", "e" })
        {
            Acquired(present, Start)!.Dispose();
        }
    }

    [Fact]
    public void A_removed_key_is_zeroed_when_its_last_lease_is_disposed_and_not_before()
    {
        var first = ring.Add("a", KeyOf("a"), Start);
        var second = Acquired("a", Start)!;
        var slot = first.Locked.Slot;
        ring.Remove("a");
        Assert.Null(Acquired("a", Start));
        Assert.Equal(KeyOf("a"), first.Key.ToArray());
        first.Dispose();
        first.Dispose();
        Assert.Equal(KeyOf("a"), second.Key.ToArray());
        second.Dispose();
        Assert.Equal(new byte[32], LockedMemory.Bytes(slot).ToArray());
    }

    [Fact]
    public void A_key_without_leases_is_zeroed_as_soon_as_it_leaves_the_ring()
    {
        Action<KeyRing>[] ways =
        [
            ring => ring.Remove("a"),
            ring => ring.Clear(),
            ring => ring.RemoveExpired(Start + Lifetime),
            ring => ring.TryAcquire("a", Start + Lifetime, out _),
            ring => ring.Add("b", KeyOf("b"), Start).Dispose(),
            ring => ring.Dispose(),
        ];
        foreach (var leave in ways)
        {
            using var ring = new KeyRing(1, Lifetime, new LockedMemory());
            var lease = ring.Add("a", KeyOf("a"), Start);
            var locked = lease.Locked;
            var slot = locked.Slot;
            lease.Dispose();
            Assert.Equal(KeyOf("a"), LockedMemory.Bytes(slot).ToArray());
            leave(ring);
            Assert.Throws<ObjectDisposedException>(() => _ = locked.Bytes.Length);
            Assert.NotEqual(KeyOf("a"), LockedMemory.Bytes(slot).ToArray());
        }
    }

    [Fact]
    public void A_disposed_lease_gives_no_key()
    {
        var lease = ring.Add("a", KeyOf("a"), Start);
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _ = lease.Key.Length);
    }

    [Fact]
    public void A_disposed_ring_neither_adds_nor_leases_keys_but_old_leases_stay_valid()
    {
        var lease = ring.Add("a", KeyOf("a"), Start);
        ring.Dispose();
        ring.Dispose();
        Assert.Equal(0, ring.Count);
        Assert.Equal(KeyOf("a"), lease.Key.ToArray());
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.TryAcquire("a", Start, out _));
        Assert.Throws<ObjectDisposedException>(() => ring.Add("a", KeyOf("a"), Start));
        ring.Remove("a");
        ring.RemoveExpired(Start);
    }

    [Fact]
    public void A_cleared_ring_is_empty_takes_new_keys_and_keeps_old_leases_valid()
    {
        var lease = ring.Add("a", KeyOf("a"), Start);
        Add("b");
        var slot = lease.Locked.Slot;

        ring.Clear();

        Assert.Equal(0, ring.Count);
        Assert.Null(Acquired("a", Start));
        Assert.Null(Acquired("b", Start));
        Assert.Equal(KeyOf("a"), lease.Key.ToArray());
        using (var again = ring.Add("a", KeyOf("another"), Start))
        {
            Assert.Equal(KeyOf("another"), again.Key.ToArray());
        }

        Assert.Equal(KeyOf("a"), lease.Key.ToArray());
        lease.Dispose();
        Assert.Equal(new byte[32], LockedMemory.Bytes(slot).ToArray());
        Assert.Equal(1, ring.Count);
        ring.Clear();
        ring.Clear();
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void Nonpositive_bounds_and_keys_of_the_wrong_length_are_argument_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyRing(0, Lifetime));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyRing(1, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => ring.Add("a", new byte[31], Start));
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void Under_load_a_lease_always_gives_its_own_key()
    {
        using var ring = new KeyRing(8, Lifetime);
        var wrong = 0;
        var keys = Enumerable.Range(0, 16).Select(i => (Id: $"kek_{i}", Key: KeyOf($"kek_{i}"))).ToArray();
        Parallel.For(0, 4, worker =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var (id, key) = keys[((i * 7) + (worker * 5) + (i / 13)) % keys.Length];
                var now = Start + TimeSpan.FromSeconds(i);
                if (!ring.TryAcquire(id, now, out var lease))
                {
                    lease = ring.Add(id, key, now);
                }

                if (i % 17 == 0)
                {
                    ring.Remove(id);
                }

                if (i % 101 == 0)
                {
                    ring.RemoveExpired(now);
                }

                if (!lease.Key.SequenceEqual(key))
                {
                    Interlocked.Increment(ref wrong);
                }

                lease.Dispose();
            }
        });
        Assert.Equal(0, wrong);
        Assert.InRange(ring.Count, 0, 8);
    }

    private static byte[] KeyOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    private void Add(string id, TimeSpan? now = null) => ring.Add(id, KeyOf(id), now ?? Start).Dispose();

    private KeyLease? Acquired(string id, TimeSpan now) => ring.TryAcquire(id, now, out var lease) ? lease : null;
}
