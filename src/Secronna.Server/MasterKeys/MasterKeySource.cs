namespace Secronna.Server.MasterKeys;

/// <summary>A provider, and what its last look found.</summary>
internal sealed class MasterKeySource(IMasterKeyProvider provider)
{
    private volatile IReadOnlyList<string> keyIds = [];

    public IMasterKeyProvider Provider => provider;

    /// <summary>The ids that it held when it was last asked.</summary>
    public IReadOnlyList<string> KeyIds => keyIds;

    /// <summary>When it last answered, by the monotonic clock; null is never.</summary>
    public long? LookedAt { get; private set; }

    /// <summary>Held by whoever asks it which keys it holds.</summary>
    public SemaphoreSlim Looking { get; } = new(1);

    /// <summary>When a look last failed, and how.</summary>
    public (long At, MasterKeyUnavailableException Exception)? Failure { get; set; }

    public bool Holds(string keyId) => keyIds.Contains(keyId);

    /// <summary>Notes what a look found; true if a key that was there is gone.</summary>
    public bool Note(IReadOnlyList<string> found, long now)
    {
        var before = keyIds;
        (keyIds, LookedAt) = (found, now);
        return before.Except(found, StringComparer.Ordinal).Any();
    }

    /// <summary>Takes out a key that the provider says is gone; false if it was taken out before.</summary>
    public bool Forget(string keyId)
    {
        var before = keyIds;
        keyIds = [.. before.Where(id => id != keyId)];
        return before.Count != keyIds.Count;
    }
}
