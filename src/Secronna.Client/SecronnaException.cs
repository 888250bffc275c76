using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>A request that the server refused, or that did not reach it. It holds no token and no value.</summary>
public sealed class SecronnaException : Exception
{
    /// <summary>Makes an error without details.</summary>
    public SecronnaException()
        : this("the request failed")
    {
    }

    /// <summary>Makes an error with the code <see cref="ErrorCodes.Unavailable"/>.</summary>
    /// <param name="message">What happened.</param>
    public SecronnaException(string message)
        : this(message, null)
    {
    }

    /// <summary>Makes an error with the code <see cref="ErrorCodes.Unavailable"/>.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public SecronnaException(string message, Exception? innerException)
        : this(message, ErrorCodes.Unavailable, null, null, innerException)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="code">One of the <see cref="ErrorCodes"/>.</param>
    /// <param name="status">The HTTP status of the answer; <c>null</c> where there was none.</param>
    /// <param name="requestId">The server's id of the request; <c>null</c> where there was no answer.</param>
    /// <param name="innerException">The cause.</param>
    public SecronnaException(string message, string code, int? status, string? requestId, Exception? innerException = null)
        : base(message, innerException) => (Code, Status, RequestId) = (code, status, requestId);

    /// <summary>
    /// One of the <see cref="ErrorCodes"/>. It is <see cref="ErrorCodes.Unavailable"/> also where there was no answer, or the
    /// answer did not come from a Secronna server.
    /// </summary>
    public string Code { get; }

    /// <summary>The HTTP status of the answer; <c>null</c> where there was no answer.</summary>
    public int? Status { get; }

    /// <summary>
    /// The server's id of the request, which its log and audit trail name; <c>null</c> where there was no answer.
    /// </summary>
    public string? RequestId { get; }

    /// <summary>
    /// The one field or parameter of the request that the error is about, such as <c>secrets[3].key</c>; <c>null</c> where it is
    /// about none.
    /// </summary>
    public string? Param { get; init; }

    /// <summary>
    /// How long the server asks to wait before a repeat, counted from its answer; <c>null</c> where it did not say.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the server could not be reached, or can't answer at the moment.</summary>
    public bool IsUnavailable => Code == ErrorCodes.Unavailable;
}
