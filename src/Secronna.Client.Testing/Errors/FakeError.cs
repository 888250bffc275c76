using System.Net;

namespace Secronna.Client.Testing.Errors;

/// <summary>The refusal of a request.</summary>
/// <param name="status">The answer's HTTP status.</param>
/// <param name="code">One of the <see cref="Protocol.ErrorCodes"/>.</param>
/// <param name="message">The answer's message.</param>
internal sealed class FakeError(HttpStatusCode status, string code, string message) : Exception(message)
{
    public HttpStatusCode Status => status;

    public string Code => code;

    /// <summary>The one field or parameter that the refusal is about; <c>null</c> where it is about none.</summary>
    public string? Param { get; init; }

    /// <summary>
    /// The methods of the <c>Allow</c> header, where the path does not take the request's method (RFC 9110, 15.5.6).
    /// </summary>
    public IReadOnlyList<string> AllowedMethods { get; init; } = [];
}
