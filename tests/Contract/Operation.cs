using System.Text.Json.Nodes;
using Secronna.Client;

namespace Secronna.Tests.Contract;

/// <summary>
/// Something that people do with a server, spelt in the three ways there are to do it. What comes of it is the answer's
/// <c>data</c>, in all three the same.
/// </summary>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The request's path below <c>/api/v1</c>, with its query.</param>
/// <param name="Body">The request's body; null is none.</param>
/// <param name="ByClient">The same by the client; gives what is serialised to the same JSON.</param>
internal sealed record Operation(string Method, string Path, JsonNode? Body, Func<SecronnaClient, Task<object?>> ByClient)
{
    /// <summary>The same on the command line; null where it has no word for it but <c>api</c>.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>What the command reads from standard input.</summary>
    public string Input { get; init; } = "";

    /// <summary>Whether it comes page by page.</summary>
    public bool IsList { get; init; }

    /// <summary>The revision that the caller has already.</summary>
    public string? KnownRevision { get; init; }

    /// <summary>The status where it is done.</summary>
    public int Status { get; init; } = 200;

    /// <summary>By which its repeats are known; only plain HTTP can say one.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What kind of body it says that it has.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>The body as it is sent.</summary>
    public string? Text => RawBody ?? Body?.ToJsonString();

    /// <summary>A body that is no JSON, instead of the other.</summary>
    public string? RawBody { get; init; }

    /// <summary>Makes of the API's data what the client and the command give; null where that is the data as it is.</summary>
    public Func<JsonNode, JsonNode>? Shape { get; init; }

    /// <summary>The path of the page that a cursor leads to.</summary>
    public string PathAt(string? cursor) =>
        cursor is null ? Path : $"{Path}{(Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}";

    public override string ToString() => $"{Method} {Path}";
}
