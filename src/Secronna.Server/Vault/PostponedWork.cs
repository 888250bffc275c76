namespace Secronna.Server.Vault;

/// <summary>
/// Remembers which pieces of work this node could not finish, so that it leaves them alone for a minute. Meanwhile other work
/// goes on, and other nodes may succeed. Not thread-safe.
/// </summary>
internal sealed class PostponedWork(TimeProvider time)
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> postponedAt = new(StringComparer.Ordinal);

    /// <summary>Postpones a piece of work.</summary>
    public void Add(string name) => postponedAt[name] = time.GetTimestamp();

    /// <summary>Whether a piece of work was postponed less than a minute ago.</summary>
    public bool Contains(string name)
    {
        if (!postponedAt.TryGetValue(name, out var since))
        {
            return false;
        }

        if (time.GetElapsedTime(since) < Delay)
        {
            return true;
        }

        postponedAt.Remove(name);
        return false;
    }
}
