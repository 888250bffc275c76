using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli;

/// <summary>What an error means, and what to do next.</summary>
internal static class Advice
{
    private const int ServiceUnavailable = 503;

    public static string Of(SecronnaException error) => Of(error.Code, error.Message) + Printer.PlainLines(Next(error));

    /// <summary>An error of this program.</summary>
    /// <param name="code">One of the <see cref="ErrorCodes"/>, or a word of its own for what no server says.</param>
    /// <param name="message">What is wrong, and how it would be right.</param>
    public static string Of(string code, string message) => Printer.Plain($"Error [{code}]: {message}");

    private static string Next(SecronnaException error) => error.Code switch
    {
        ErrorCodes.AuthRequired when error.Status is not null && Variables.Find(Connecting.TokenVariable) is not null =>
            "\nThat is about the credential in SECRONNA_TOKEN: set it to an API key or access key, or unset it and sign in with `secronna auth login`.",
        ErrorCodes.AuthRequired => "\nSign in with `secronna auth login`, or set SECRONNA_TOKEN to an API key or access key.",
        ErrorCodes.Forbidden => "\n`secronna auth whoami` shows who you are here and what you may do.",
        ErrorCodes.NotFound => "\nIt does not exist, or not for this credential: `secronna project ls`, `env ls` and `secret ls` show what it sees, `auth whoami` what it may do.",
        ErrorCodes.RateLimited when error.RetryAfter is { } delay => $"\nTry again in {delay.TotalSeconds:0} s.",
        ErrorCodes.IntegrityError => $"\nTell whoever runs the server, with the request's id: {error.RequestId}.",
        ErrorCodes.Unavailable when error.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "\nWhere the server's certificate is signed by a private authority, name its certificate by SSL_CERT_FILE; where it speaks plain HTTP, its address begins with http://.",
        ErrorCodes.Unavailable when error.Status is null => "\nIs it running, and is SECRONNA_API_URL right?",
        ErrorCodes.Unavailable when error.Status == ServiceUnavailable => "\nIf it stays so: its log says why, to whoever runs it.",
        _ => "",
    };
}
