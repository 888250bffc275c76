using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>The place where a provider under test finds its keys, with the operations of its administrator.</summary>
internal abstract class KeyStore : IAsyncDisposable
{
    /// <summary>The id that this store gives to the key with this name.</summary>
    public virtual string Id(string name) => name;

    /// <summary>
    /// The distance between the bits of a box that the tests flip. 1 flips every bit; stores with slow calls choose more.
    /// </summary>
    public virtual int BitStep => 1;

    public abstract Task AddAsync(string id);

    public abstract Task RemoveAsync(string id);

    public abstract IMasterKeyProvider Open();

    /// <summary>
    /// Returns a provider that sees the keys that were added and removed meanwhile. It is the same provider, unless the provider
    /// reads its keys only once.
    /// </summary>
    public virtual IMasterKeyProvider After(IMasterKeyProvider provider) => provider;

    public abstract ValueTask DisposeAsync();
}
