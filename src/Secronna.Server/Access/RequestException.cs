namespace Secronna.Server.Access;

/// <summary>
/// A refusal of a request: a code of the contract, and a message for the caller. The message may name fields and keys, never a
/// value (S16).
/// </summary>
internal class RequestException : Exception
{
    public RequestException(string code, string message)
        : base(message) => Code = code;

    /// <summary>The code of the contract (<see cref="Protocol.ErrorCodes"/>).</summary>
    public string Code { get; }

    /// <summary>
    /// The one field or parameter that the refusal is about, as the caller would send it: <c>secrets[3].key</c>. <c>null</c> where
    /// it is about none, or about more than one. It is a name of the contract, never a text that the caller chose.
    /// </summary>
    public string? Param { get; init; }

    /// <summary>How long the caller should wait before it tries again; only for RATE_LIMITED, and for NOT_FOUND of what there may be soon.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the service must still record this refusal before it throws it (S19).</summary>
    public bool IsToBeRecorded { get; init; }
}
