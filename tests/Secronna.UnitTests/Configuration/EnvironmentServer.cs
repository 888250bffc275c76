using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Secronna.UnitTests.Configuration;

/// <summary>Answers reveals of an environment as a server does, without a network.</summary>
internal sealed class EnvironmentServer : HttpMessageHandler
{
    private readonly SemaphoreSlim arrivals = new(0);
    private volatile State state = new(0, []);

    /// <summary>The paths of all requests.</summary>
    public ConcurrentQueue<string> Paths { get; } = [];

    /// <summary>The body of the last request.</summary>
    public string? Body { get; private set; }

    /// <summary>The statuses of all answers.</summary>
    public ConcurrentQueue<int> Statuses { get; } = [];

    /// <summary>The refusal that the server sends to every request. If it is null, the server answers with the secrets.</summary>
    public (int Status, string Code)? Refusal { get; set; }

    /// <summary>Whether connections fail.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether requests get no answer until their callers cancel them.</summary>
    public bool Hangs { get; set; }

    /// <summary>Completes when a request without an answer was cancelled.</summary>
    public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sets the secrets of the environment. The revision changes even if the secrets do not.</summary>
    public void Hold(params (string Key, string Value)[] secrets) => state = new State(state.Revision + 1, secrets);

    /// <summary>Waits for the next request, or takes one that arrived and was not waited for.</summary>
    public async Task NextRequestAsync() =>
        Assert.True(await arrivals.WaitAsync(TimeSpan.FromSeconds(30)), "no request arrived");

    /// <summary>Forgets the requests that arrived and were not waited for.</summary>
    public void ForgetRequests()
    {
        while (arrivals.Wait(0))
        {
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        Paths.Enqueue(request.RequestUri!.AbsolutePath);
        arrivals.Release();
        if (Hangs)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                GivenUp.TrySetResult();
            }
        }

        if (IsDown)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "connection refused");
        }

        var (revision, secrets) = state;
        if (Refusal is { } refusal)
        {
            return Answer(refusal.Status, "null", $$"""{"code":"{{refusal.Code}}","message":"the server says why"}""");
        }

        return request.Headers.IfNoneMatch.Any(known => known.Tag == $"\"revision-{revision}\"")
            ? Answer(304, null, null)
            : Answer(200, $$"""{"revision":"revision-{{revision}}","secrets":[{{string.Join(',', secrets.Select(Secret))}}],"unrecoverable":[]}""", "null");
    }

    private static string Secret((string Key, string Value) secret) =>
        $$"""{"id":"sec_1","key":{{Quoted(secret.Key)}},"version":1,"value":{{Quoted(secret.Value)}}}""";

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private HttpResponseMessage Answer(int status, string? data, string? error)
    {
        Statuses.Enqueue(status);
        var meta = """{"requestId":"req_1","timestamp":"2026-01-01T00:00:00Z"}""";
        return new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = data is null ? null : new StringContent(
                $$"""{"data":{{data}},"error":{{error}},"meta":{{meta}}}""", Encoding.UTF8, "application/json"),
        };
    }

    private sealed record State(int Revision, (string Key, string Value)[] Secrets);
}
