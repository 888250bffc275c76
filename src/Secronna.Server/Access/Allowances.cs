using System.Collections.Concurrent;

namespace Secronna.Server.Access;

/// <summary>
/// The allowances of all owners at one rate on this node. Each owner has its own, so that none affects another. Thread-safe.
/// </summary>
/// <param name="what">What is taken, for the message: <c>values revealed</c>.</param>
/// <param name="whose">Whose allowance it is, for the message: <c>this credential</c>.</param>
/// <param name="perMinute">The rate over all nodes; 0 means no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class Allowances<TOwner>(string what, string whose, long perMinute, TimeProvider time)
    where TOwner : notnull
{
    private readonly ConcurrentDictionary<TOwner, Allowance> owners = new();
    private int nodes = 1;

    private long Capacity => Math.Max(1, perMinute / Volatile.Read(ref nodes));

    /// <summary>Sets among how many nodes the rate is divided. A node never allows less than 1 a minute.</summary>
    public void DivideAmong(int count) => Volatile.Write(ref nodes, count);

    /// <summary>Takes from an owner's allowance.</summary>
    /// <returns><c>null</c> if it was taken; otherwise the refusal RATE_LIMITED, and nothing was taken.</returns>
    public RequestException? Take(TOwner owner, long count)
    {
        if (perMinute == 0 || count <= 0)
        {
            return null;
        }

        var full = Capacity;
        TimeSpan wait;
        while (!owners.GetOrAdd(owner, static (_, state) => new Allowance(state.full, state.time), (full, time)).TryTake(count, full, out wait))
        {
            // The allowance was dropped just now. Its owner gets another one.
        }

        return wait == TimeSpan.Zero ? null : Errors.RateLimited(what, whose, perMinute, wait, time.GetUtcNow() + wait);
    }

    /// <summary>Returns what was taken for something that is not done.</summary>
    public void GiveBack(TOwner owner, long count)
    {
        if (owners.TryGetValue(owner, out var allowance))
        {
            allowance.GiveBack(count, Capacity);
        }
    }

    /// <summary>Drops the allowances that are full, so that many owners don't fill the memory.</summary>
    public void DropFull()
    {
        var full = Capacity;
        foreach (var owner in owners)
        {
            if (owner.Value.DropIfFull(full))
            {
                owners.TryRemove(owner);
            }
        }
    }
}
