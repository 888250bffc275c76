using System.Text.Json;
using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Api;

/// <summary>Turns an answer that is an error into the exception that other commands throw for it.</summary>
internal static class ApiError
{
    public static Exception Of(RawAnswer answer)
    {
        try
        {
            using var envelope = JsonDocument.Parse(answer.Body);
            var (error, meta) = (envelope.RootElement.GetProperty("error"), envelope.RootElement.GetProperty("meta"));
            return new SecronnaException(Text(error, "message"), Text(error, "code"), answer.Status, Text(meta, "requestId"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return NotOurs(answer.Status);
        }
    }

    private static CliException NotOurs(int status) => status is >= 300 and < 400
        ? new CliException($"the server answered with a redirect (status {status}), which this program does not follow: use the server's own address")
        : new CliException($"what answered with status {status} is not a Secronna server: check the server's address", ErrorCodes.Unavailable);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new JsonException();
}
