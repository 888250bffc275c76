namespace Secronna.Crypto;

/// <summary>
/// A box could not be opened: the one decryption error (S6). It never says why, so that it tells nothing to who tampers:
/// its message is constant and it has no inner exception.
/// </summary>
public sealed class DecryptionException : Exception
{
    /// <summary>Makes the error. Providers of master keys throw the same one.</summary>
    public DecryptionException()
        : base("The box can't be opened.")
    {
    }
}
