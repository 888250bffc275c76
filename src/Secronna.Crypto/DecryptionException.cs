namespace Secronna.Crypto;

/// <summary>
/// A box could not be opened. The error is the same whatever is wrong (S6). Its message is constant and it has no inner
/// exception, so it tells nothing to an attacker who tampers with boxes.
/// </summary>
public sealed class DecryptionException : Exception
{
    /// <summary>Creates the error. Providers of master keys throw it too.</summary>
    public DecryptionException()
        : base("The box can't be opened.")
    {
    }
}
