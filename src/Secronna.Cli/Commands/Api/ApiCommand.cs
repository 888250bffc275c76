using System.CommandLine;
using System.Text;
using System.Text.Json;
using Secronna.Cli.Help;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary><c>api METHOD PATH</c>: any route, and the answer as it comes.</summary>
internal static class ApiCommand
{
    public static Command Create()
    {
        var method = new Argument<string>("METHOD") { HelpName = "METHOD", Description = "GET, POST, PUT, PATCH or DELETE" };
        method.CompletionSources.Add("GET", "POST", "PUT", "PATCH", "DELETE");
        var path = new Argument<string>("PATH") { Description = "The path, with or without /api/v1, and its query" };
        var body = new Option<string?>("--body") { Description = "JSON; - reads it from standard input" };
        return new Command("api", "Any route of the API; prints the answer") { method, path, body }.Example("secronna api GET '/projects?limit=10'").Does(async invocation =>
        {
            var answer = await invocation.Client.SendAsync(
                new HttpMethod(invocation.Get(method).ToUpperInvariant()), Route(invocation.Get(path)), Body(invocation.Get(body)),
                invocation.Cancellation).ConfigureAwait(false);
            using var output = Console.OpenStandardOutput();
            output.Write(answer.Body.Span);
            output.WriteByte((byte)'\n');
            if (!answer.IsSuccess)
            {
                throw Error(answer);
            }
        });
    }

    // What was printed already, said as any other command says it.
    private static Exception Error(RawAnswer answer)
    {
        try
        {
            using var envelope = JsonDocument.Parse(answer.Body);
            var (error, meta) = (envelope.RootElement.GetProperty("error"), envelope.RootElement.GetProperty("meta"));
            return new SecronnaException(Text(error, "message"), Text(error, "code"), answer.Status, Text(meta, "requestId"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return answer.Status is >= 300 and < 400
                ? new CliException($"the server answered with status {answer.Status}: it sends requests elsewhere, which are not followed")
                : new CliException($"what answered with status {answer.Status} is not a Secronna server", ErrorCodes.Unavailable);
        }
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new JsonException();

    private static string Route(string path)
    {
        var route = path.StartsWith("/api/v1/", StringComparison.Ordinal) ? path["/api/v1".Length..] : path;
        return route.StartsWith('/') ? route : throw new UsageException("a path begins with /");
    }

    private static ReadOnlyMemory<byte>? Body(string? body) => body switch
    {
        null => null,
        "-" => Encoding.UTF8.GetBytes(Console.In.ReadToEnd()),
        _ => Encoding.UTF8.GetBytes(body),
    };
}
