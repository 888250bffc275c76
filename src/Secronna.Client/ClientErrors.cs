using System.Net;
using System.Security.Authentication;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The errors that the client itself detects. No message holds a token or a value.</summary>
internal static class ClientErrors
{
    // SslPolicyErrors.RemoteCertificateNameMismatch, as the framework's message has it.
    private const string OtherName = "RemoteCertificateNameMismatch";

    public static SecronnaException Invalid(string message) => new(message, ErrorCodes.ValidationError, null, null);

    public static SecronnaException NoToken(string variable) => new(
        $"no credential: give a token in the options or in the variable {variable}", ErrorCodes.AuthRequired, null, null);

    public static SecronnaException MalformedToken() =>
        Invalid("the credential has characters that a token can't have: check it for spaces and line breaks");

    public static SecronnaException EndlessList(Uri server) => new(
        $"the server at {Origin(server)} keeps sending the same page of a list", ErrorCodes.Unavailable, (int)HttpStatusCode.OK, null);

    // The address may hold a password, so only its scheme, host and port are shown.
    public static SecronnaException NotAnOrigin(Uri server) => Invalid(
        $"the server's address must be an http or https origin, with or without /api/v1: {server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}");

    public static SecronnaException PlainHttp(Uri server) => Invalid(
        $"plain HTTP to {server.Host} would show tokens and values to everyone on the way: use https, or allow plain HTTP in the options");

    // Where a TLS handshake fails, only the inner exception says what is wrong with the certificate.
    public static SecronnaException NotReached(Uri server, Exception reason) => new(
        $"the server at {Origin(server)} could not be reached: {Reason(server, reason)}",
        reason);

    public static SecronnaException TimedOut(Uri server, TimeSpan time) =>
        new($"the server at {Origin(server)} did not answer within {time.TotalSeconds:0.###} s");

    public static SecronnaException NotSecronna(Uri server, int status) => new(
        $"the answer from {Origin(server)} with status {status} is not one of a Secronna server: check the server's address",
        ErrorCodes.Unavailable, status, null);

    public static SecronnaException Redirected(Uri server, int status) => new(
        $"the server at {Origin(server)} redirects requests, which the client does not follow: give the address at which the server itself answers",
        ErrorCodes.ValidationError, status, null);

    private static string Reason(Uri server, Exception reason) => reason.InnerException switch
    {
        AuthenticationException tls when tls.Message.Contains(OtherName, StringComparison.Ordinal) =>
            $"its certificate is for another name than {server.Host} ({tls.Message})",
        AuthenticationException tls => tls.Message,
        _ => reason.Message,
    };

    private static string Origin(Uri server) => server.GetLeftPart(UriPartial.Authority);
}
