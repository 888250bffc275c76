using Secronna.Crypto;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// Gives the log key that signs now. An installation of an older program has none: it is made when it is needed first. A command
/// may let another key sign at any time. The keys lie in locked memory until this is disposed.
/// </summary>
internal sealed class LogKeys(Database database, InstallationKeys keys, TimeProvider time) : IDisposable
{
    private readonly Lock guard = new();
    // A signer that was replaced may still be signing.
    private readonly List<LogSigner> replaced = [];
    private LogSigner? known;

    /// <summary>The signer with the key that signs now.</summary>
    /// <exception cref="TrailDamagedException">The key in the database is not this installation's.</exception>
    public async ValueTask<LogSigner> SignerAsync()
    {
        var identity = await IdentityAsync();
        return Volatile.Read(ref known) is { } signer && signer.KeyNumber == identity.Current.Number ? signer : Keep(Open(identity));
    }

    /// <summary>The installation's id and all its log keys.</summary>
    public async ValueTask<LogIdentity> IdentityAsync() =>
        await database.ReadAsync(LogIdentity.FindAsync)
        ?? await database.WriteAsync(transaction => LogIdentity.CreateAsync(transaction, keys, time));

    /// <inheritdoc/>
    public void Dispose()
    {
        known?.Dispose();
        replaced.ForEach(signer => signer.Dispose());
    }

    private LogSigner Open(LogIdentity identity)
    {
        try
        {
            var key = keys.UnwrapLogKey(identity.InstallationId, identity.Current.WrappedSeed);
            if (key.PublicKey.Span.SequenceEqual(identity.Current.PublicKey))
            {
                return new LogSigner(identity, key);
            }

            key.Dispose();
            throw new TrailDamagedException("the log key's public key is not the one of its private key");
        }
        catch (DecryptionException exception)
        {
            throw new TrailDamagedException("the log key can't be unwrapped", exception);
        }
    }

    // Two callers may have opened the key at once.
    private LogSigner Keep(LogSigner opened)
    {
        lock (guard)
        {
            if (known is null || known.KeyNumber < opened.KeyNumber)
            {
                replaced.AddRange(known is null ? [] : [known]);
                return known = opened;
            }

            opened.Dispose();
            return known;
        }
    }
}
