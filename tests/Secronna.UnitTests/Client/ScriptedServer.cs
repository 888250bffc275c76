using System.Net;
using System.Text;
using Secronna.Client;

namespace Secronna.UnitTests.Client;

/// <summary>A request that the client sent.</summary>
internal sealed record SentRequest(string Method, string Path, string? Authorization, string? IdempotencyKey, string? IfNoneMatch, string? Body);

/// <summary>Answers requests one after the other with the answers that a test queued, and keeps the requests.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    public const string Token = "st_live_canary";

    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> answers = new();

    public List<SentRequest> Sent { get; } = [];

    public static string Data(string data) =>
        $$$"""{"data":{{{data}}},"error":null,"meta":{"requestId":"req_1","timestamp":"2026-01-01T00:00:00Z"}}""";

    public static string Page(string data, string? cursor) =>
        $$$"""{"data":{{{data}}},"error":null,"meta":{"requestId":"req_1","timestamp":"2026-01-01T00:00:00Z","cursor":{{{(cursor is null ? "null" : $"\"{cursor}\"")}}},"hasMore":{{{(cursor is null ? "false" : "true")}}}}}""";

    public static string Error(string code, string message = "no") =>
        $$$"""{"data":null,"error":{"code":"{{{code}}}","message":"{{{message}}}"},"meta":{"requestId":"req_9","timestamp":"2026-01-01T00:00:00Z"}}""";

    public ScriptedServer Then(int status, string body, params (string Name, string Value)[] headers)
    {
        answers.Enqueue(_ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            foreach (var (name, value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return Task.FromResult(response);
        });
        return this;
    }

    public ScriptedServer Then(Func<CancellationToken, Task<HttpResponseMessage>> answer)
    {
        answers.Enqueue(answer);
        return this;
    }

    public ScriptedServer ThenBreaks(HttpRequestError error) => Then(_ => throw new HttpRequestException(error, "broken"));

    /// <summary>A client of this server. Without a clock, its repeats follow without a delay.</summary>
    public SecronnaClient Client(TimeProvider? time = null, int retries = 3) => new(new HttpClient(this), new SecronnaClientOptions
    {
        Server = new Uri("https://secrets.example/api/v1/"),
        Token = Token,
        Retries = retries,
        RetryDelay = time is null ? TimeSpan.Zero : TimeSpan.FromSeconds(1),
        TimeProvider = time ?? TimeProvider.System,
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Sent.Add(new SentRequest(
            request.Method.Method, request.RequestUri!.OriginalString, request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
            request.Headers.IfNoneMatch.SingleOrDefault()?.ToString(),
            request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken)));
        return await answers.Dequeue()(cancellationToken);
    }
}
