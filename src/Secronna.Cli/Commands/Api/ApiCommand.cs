using System.CommandLine;
using System.Text;
using Secronna.Cli.Errors;
using Secronna.Cli.Help;
using Secronna.Client;

namespace Secronna.Cli.Commands.Api;

/// <summary><c>api METHOD PATH</c>: calls any route of the API and prints the answer unchanged.</summary>
internal static class ApiCommand
{
    private const string Prefix = "/api/v1";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    public static Command Create()
    {
        var method = new Argument<string>("METHOD") { HelpName = "METHOD", Description = "GET, POST, PUT, PATCH or DELETE" };
        method.CompletionSources.Add(Methods);
        var path = new Argument<string>("PATH") { Description = "The path, with or without /api/v1, and its query" };
        var body = new Option<string?>("--body") { Description = "The body, as JSON; - reads it from standard input" };
        return new Command("api", "Call any route of the API and print the answer") { method, path, body }
            .WithExample("secronna api GET '/projects?limit=10'")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(method), invocation.Get(path), invocation.Get(body)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string method, string path, string? body)
    {
        // The server and the credential are found before standard input is read: without them nothing is read in vain.
        var client = invocation.Client;
        var answer = await client.SendAsync(
            new HttpMethod(method.ToUpperInvariant()), Route(path), Body(body), invocation.Cancellation).ConfigureAwait(false);
        Print(answer);
        if (!answer.IsSuccess)
        {
            throw ApiError.Of(answer);
        }
    }

    private static void Print(RawAnswer answer)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(answer.Body.Span);
        output.WriteByte((byte)'\n');
    }

    private static string Route(string path)
    {
        var route = path.StartsWith(Prefix + "/", StringComparison.Ordinal) ? path[Prefix.Length..] : path;
        return route.StartsWith('/') ? route : throw new UsageException("a path must begin with /");
    }

    private static ReadOnlyMemory<byte>? Body(string? body) => body switch
    {
        null => null,
        "-" => Encoding.UTF8.GetBytes(Console.In.ReadToEnd()),
        _ => Encoding.UTF8.GetBytes(body),
    };
}
