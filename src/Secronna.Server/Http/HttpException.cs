using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>A refusal for a reason of HTTP itself. It has its own status, and may end the connection.</summary>
internal sealed class HttpException(int status, string code, string message) : RequestException(code, message)
{
    public int Status => status;

    /// <summary>Whether the body was left unread, so that the connection can't be used again.</summary>
    public bool EndsConnection { get; init; }
}

/// <summary>The refusals for reasons of HTTP.</summary>
internal static class HttpErrors
{
    public static HttpException UnsupportedMediaType() => new(
        StatusCodes.Status415UnsupportedMediaType, ErrorCodes.ValidationError,
        "the body must be JSON: send Content-Type: application/json");

    public static RequestException NoRule() => new(ErrorCodes.Forbidden, "nobody may use this route: it has no rule");

    public static HttpException MethodNotAllowed() => new(
        StatusCodes.Status405MethodNotAllowed, ErrorCodes.ValidationError,
        "this path does not take this method: see the Allow header");

    /// <summary>The message does not repeat the host's name, because the caller chose that name.</summary>
    public static HttpException HostNotAllowed() => new(
        StatusCodes.Status400BadRequest, ErrorCodes.ValidationError,
        "Host: the server does not answer to this name; Secronna__Http__AllowedHosts lists the names that it answers to");

    public static HttpException BodyTooSlow(TimeSpan limit) => new(
        StatusCodes.Status400BadRequest, ErrorCodes.ValidationError, $"the body took longer than {limit.TotalSeconds:F0} seconds to arrive")
    {
        EndsConnection = true,
    };

    public static HttpException BodyTooLarge(long limit) => new(
        StatusCodes.Status413PayloadTooLarge, ErrorCodes.PayloadTooLarge, $"the body is over the limit of {limit} bytes")
    {
        EndsConnection = true,
    };
}
