using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli;

/// <summary>What an error means, and what to do next.</summary>
internal static class Advice
{
    public static string Of(SecronnaException error) => $"Error [{error.Code}]: {Printer.Plain(error.Message)}{Next(error)}";

    private static string Next(SecronnaException error) => error.Code switch
    {
        ErrorCodes.AuthRequired => "\nSign in with `secronna auth login`, or set SECRONNA_TOKEN to an API key or access key.",
        ErrorCodes.Forbidden => "\n`secronna auth whoami` shows who you are here and what you may do.",
        ErrorCodes.NotFound => "\nIt does not exist, or not for you: `secronna auth whoami` shows whose secrets you see.",
        ErrorCodes.RateLimited when error.RetryAfter is { } delay => $"\nTry again in {delay.TotalSeconds:0} s.",
        ErrorCodes.IntegrityError => $"\nTell whoever runs the server, with the request's id: {error.RequestId}.",
        ErrorCodes.Unavailable when error.Status is null => "\nIs it running, and is SECRONNA_API_URL right?",
        _ => "",
    };
}
