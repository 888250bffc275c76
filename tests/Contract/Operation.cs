using System.Text.Json.Nodes;
using Secronna.Client;

namespace Secronna.Tests.Contract;

/// <summary>
/// An operation of the API in its three forms: an HTTP request, a call of the client, and a command. All three give the same
/// JSON: the <c>data</c> of the answer's envelope.
/// </summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The request's path below <c>/api/v1</c>, with its query.</param>
/// <param name="Body">The request's body; null sends none.</param>
/// <param name="ByClient">Performs the operation with the client. The result serialises to the same JSON.</param>
internal sealed record Operation(string Method, string Path, JsonNode? Body, Func<SecronnaClient, Task<object?>> ByClient)
{
    /// <summary>The arguments of the command; null if only the command <c>api</c> can perform the operation.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The standard input of the command.</summary>
    public string Input { get; init; } = "";

    /// <summary>Whether the answer is a list in pages.</summary>
    public bool IsList { get; init; }

    /// <summary>The revision that the caller already has; null if it has none.</summary>
    public string? KnownRevision { get; init; }

    /// <summary>The HTTP status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The idempotency key; only the HTTP driver sends it.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Why the request is made; only the HTTP driver sends it.</summary>
    public string? Reason { get; init; }

    /// <summary>The media type of the body.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>The text of the body; null if there is none.</summary>
    public string? Text => RawBody ?? Body?.ToJsonString();

    /// <summary>A body that need not be JSON, sent instead of <see cref="Body"/>.</summary>
    public string? RawBody { get; init; }

    /// <summary>
    /// Converts the API's data to the form that the client and the command return; null if they return the data unchanged.
    /// </summary>
    public Func<JsonNode, JsonNode>? Shape { get; init; }

    /// <summary>The path of the page that follows a cursor. A cursor that is null means the first page.</summary>
    public string PathAt(string? cursor) =>
        cursor is null ? Path : $"{Path}{(Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}";

    public override string ToString() => $"{Method} {Path}";
}
