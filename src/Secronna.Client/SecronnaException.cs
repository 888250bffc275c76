using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>A request that the server refused, or that did not reach it. Nothing in it is a token or a value.</summary>
public sealed class SecronnaException : Exception
{
    /// <summary>An error without its particulars.</summary>
    public SecronnaException()
        : this("the request failed")
    {
    }

    /// <summary>An error of this client.</summary>
    /// <param name="message">What happened.</param>
    public SecronnaException(string message)
        : this(message, null)
    {
    }

    /// <summary>An error of this client.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public SecronnaException(string message, Exception? innerException)
        : this(message, ErrorCodes.Unavailable, null, null, innerException)
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="code">One of the <see cref="ErrorCodes"/>.</param>
    /// <param name="status">The status of the server's answer.</param>
    /// <param name="requestId">The server's name for the request.</param>
    /// <param name="innerException">Why.</param>
    public SecronnaException(string message, string code, int? status, string? requestId, Exception? innerException = null)
        : base(message, innerException) => (Code, Status, RequestId) = (code, status, requestId);

    /// <summary>
    /// One of the <see cref="ErrorCodes"/>; <see cref="ErrorCodes.Unavailable"/> also where there was no answer of a server.
    /// </summary>
    public string Code { get; }

    /// <summary>The HTTP status of the answer; null where there was none.</summary>
    public int? Status { get; }

    /// <summary>The server's name for the request, to look for in its log and trail; null where there was no answer.</summary>
    public string? RequestId { get; }

    /// <summary>When the server wants to be asked again, from its answer on; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the server could not be reached, or is not able to answer for now.</summary>
    public bool IsUnavailable => Code == ErrorCodes.Unavailable;
}
