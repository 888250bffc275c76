namespace Secronna.Client.Http;

/// <summary>After which failures a request may be sent again.</summary>
internal enum RequestRepeats
{
    /// <summary>Only where the server did not process the request: a repeat could do the same thing twice.</summary>
    IfUnprocessed,

    /// <summary>
    /// After every failure that may pass: the request changes nothing, or a second request changes nothing more.
    /// </summary>
    IfIdempotent,

    /// <summary>After every failure that may pass: an idempotency key tells the server which request is a repeat.</summary>
    WithIdempotencyKey,
}
