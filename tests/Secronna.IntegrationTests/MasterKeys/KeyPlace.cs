using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Where a provider finds its keys, and what an administrator does there.</summary>
internal abstract class KeyPlace : IAsyncDisposable
{
    /// <summary>The id of a key as this place writes it.</summary>
    public virtual string Id(string name) => name;

    /// <summary>Of a box's bits every how many'th is flipped: all where it costs nothing.</summary>
    public virtual int BitStep => 1;

    public abstract Task AddAsync(string id);

    public abstract Task RemoveAsync(string id);

    public abstract IMasterKeyProvider Open();

    /// <summary>The provider that knows what was added and removed since: the same, if it follows.</summary>
    public virtual IMasterKeyProvider After(IMasterKeyProvider provider) => provider;

    public abstract ValueTask DisposeAsync();
}
