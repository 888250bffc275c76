namespace Secronna.Server.Access;

/// <summary>
/// Bounds the requests that one credential and one workspace have in hand at once (S31). One HTTP/2 connection alone carries a
/// hundred, and each waiting request holds buffers and a place in the queues.
/// </summary>
internal sealed class RequestsInHand(LimitSettings limits)
{
    // Several credentials of a workspace may be busy at once, but not all of them as much as one may be.
    private const int CredentialsPerWorkspace = 2;

    private readonly Shares shares = new(limits.RequestsAtOnce, CredentialsPerWorkspace * (long)limits.RequestsAtOnce);

    /// <summary>Counts a request until <see cref="Leave"/>.</summary>
    /// <exception cref="ShareUsedUpException">RATE_LIMITED: the credential or the workspace has its share in hand.</exception>
    public void Enter(Caller caller)
    {
        if (limits.RequestsAtOnce > 0)
        {
            shares.Take(caller, 1, "requests in hand");
        }
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public void Leave(Caller caller)
    {
        if (limits.RequestsAtOnce > 0)
        {
            shares.GiveBack(caller, 1);
        }
    }
}
