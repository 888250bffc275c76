using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>The place where a provider under test finds its keys, with the operations of its administrator.</summary>
internal abstract class KeyStore : IAsyncDisposable
{
    /// <summary>The id that the key with this name has here.</summary>
    public virtual string Id(string name) => name;

    /// <summary>Which bits of a box the tests flip: every n-th one. 1 flips all of them, where that is cheap.</summary>
    public virtual int BitStep => 1;

    public abstract Task AddAsync(string id);

    public abstract Task RemoveAsync(string id);

    public abstract IMasterKeyProvider Open();

    /// <summary>A provider that sees the keys added and removed since: the same one, unless it reads its keys only once.</summary>
    public virtual IMasterKeyProvider After(IMasterKeyProvider provider) => provider;

    public abstract ValueTask DisposeAsync();
}
