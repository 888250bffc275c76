using Secronna.Cli.Variables;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Output;

/// <summary>The text of an error: its code, what is wrong, and what to do next.</summary>
internal static class ErrorText
{
    private const int ServiceUnavailable = 503;

    /// <summary>The text of an error that a server answered, or of a server that did not answer.</summary>
    public static string Of(SecronnaException error) => Of(error.Code, error.Message) + Printer.PlainLines(Advice(error));

    /// <summary>The text of an error that this program found.</summary>
    /// <param name="code">One of the <see cref="ErrorCodes"/>, or a code of this program alone, such as <c>IO_ERROR</c>.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public static string Of(string code, string message) => Printer.Plain($"Error [{code}]: {message}");

    private static string Advice(SecronnaException error) => error.Code switch
    {
        ErrorCodes.AuthRequired when error.Status is not null && EnvironmentVariables.Find(EnvironmentVariables.Token) is not null =>
            "\nThe server refused the credential in SECRONNA_TOKEN. Set SECRONNA_TOKEN to an API key or access key, or unset it and sign in with `secronna auth login`.",
        ErrorCodes.AuthRequired => "\nSign in with `secronna auth login`, or set SECRONNA_TOKEN to an API key or access key.",
        ErrorCodes.Forbidden => "\n`secronna auth whoami` shows who you are to the server and what you may do.",
        ErrorCodes.NotFound =>
            "\nIt does not exist, or this credential may not see it. `secronna project ls`, `env ls` and `secret ls` show what the credential may see; `auth whoami` shows what it may do.",
        // The server names the parameter of its own contract. Here it is an option.
        ErrorCodes.Conflict when error.Message.Contains("force=true", StringComparison.Ordinal) => "\nThis program forces it with --force.",
        ErrorCodes.RateLimited when error.RetryAfter is { } delay => $"\nTry again in {delay.TotalSeconds:0} s.",
        ErrorCodes.IntegrityError => $"\nReport this to the operator of the server, with the request id {error.RequestId}.",
        ErrorCodes.Unavailable => AdviceOnUnavailable(error),
        _ => "",
    };

    private static string AdviceOnUnavailable(SecronnaException error) => error switch
    {
        { InnerException: HttpRequestException } when error.Message.Contains("its certificate is for another name", StringComparison.Ordinal) =>
            "\nUse the address with a name that the certificate holds, or have the operator give the server a certificate for this name.",
        { InnerException: HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } } =>
            "\nIf a private authority signed the server's certificate, set SSL_CERT_FILE to the authority's certificate. If the server speaks plain HTTP, its address begins with http://.",
        { Status: null } => "\nCheck that the server runs and that SECRONNA_API_URL is its address.",
        { Status: ServiceUnavailable } => "\nIf this does not pass, ask the operator of the server: the server's log says why.",
        _ => "",
    };
}
