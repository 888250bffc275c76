using System.Net;
using System.Security.Authentication;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The errors that this client itself finds.</summary>
internal static class Errors
{
    public static SecronnaException Invalid(string message) => new(message, ErrorCodes.ValidationError, null, null);

    public static SecronnaException NoToken() => new(
        "no credential: give a token in the options or in the variable SECRONNA_TOKEN", ErrorCodes.AuthRequired, null, null);

    public static SecronnaException NoTokenAtAll() =>
        Invalid("the credential has characters that no token has: a space or a line break, perhaps");

    public static SecronnaException Endless(Uri server) => new(
        $"the server at {server.GetLeftPart(UriPartial.Authority)} gives the same page again and again", ErrorCodes.Unavailable, (int)HttpStatusCode.OK, null);

    public static SecronnaException NotHttp(Uri server) =>
        Invalid($"the server's address must be an http or https origin, with or without /api/v1: {server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}");

    public static SecronnaException PlainHttp(Uri server) => Invalid(
        $"plain HTTP to {server.Host} would show tokens and values to everyone on the way: use https, or allow plain HTTP in the options");

    // Of a handshake only the inner reason says what was wrong with the certificate.
    public static SecronnaException NotReached(Uri server, Exception reason) => new(
        $"the server at {server.GetLeftPart(UriPartial.Authority)} could not be reached: {(reason.InnerException as AuthenticationException ?? reason).Message}",
        reason);

    public static SecronnaException TooSlow(Uri server, TimeSpan time) =>
        new($"the server at {server.GetLeftPart(UriPartial.Authority)} did not answer within {time.TotalSeconds:0.###} s");

    public static SecronnaException NotOurs(Uri server, int status) => new(
        $"what answered at {server.GetLeftPart(UriPartial.Authority)} with status {status} is not a Secronna server",
        ErrorCodes.Unavailable, status, null);

    public static SecronnaException Redirected(Uri server, int status) => new(
        $"the server at {server.GetLeftPart(UriPartial.Authority)} sends requests elsewhere, which are not followed: give the address that it serves",
        ErrorCodes.ValidationError, status, null);
}
