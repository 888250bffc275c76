namespace Secronna.Crypto;

/// <summary>
/// A box could not be opened. There is one such error, whatever is wrong (S6): its message is constant and it has no inner
/// exception, so that it tells an attacker who tampers with boxes nothing.
/// </summary>
public sealed class DecryptionException : Exception
{
    /// <summary>Creates the error. Providers of master keys throw it too.</summary>
    public DecryptionException()
        : base("The box can't be opened.")
    {
    }
}
