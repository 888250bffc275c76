using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Sends requests to the API, repeats them where that is safe, and reads the answers.</summary>
internal sealed class ApiConnection
{
    private readonly HttpClient http;
    private readonly SecronnaClientOptions options;
    private readonly ResiliencePipeline retries;
    private readonly RequestMessages messages;
    private readonly Uri server;

    public ApiConnection(HttpClient http, SecronnaClientOptions options)
    {
        (this.http, this.options, retries) = (http, options, RetryPolicy.Pipeline(options));
        server = ApiAddress.Resolve(options);
        messages = new RequestMessages(server, options);
    }

    public async Task<T> SendAsync<T>(ApiRequest request, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        using var answer = await SendAsync(request, cancellation).ConfigureAwait(false);
        return answer.Data(json);
    }

    /// <summary>The answer's data; <c>null</c> where the request's known revision is still current.</summary>
    public async Task<T?> SendUnlessKnownAsync<T>(ApiRequest request, JsonTypeInfo<T> json, CancellationToken cancellation)
        where T : class
    {
        using var answer = await SendAsync(request, cancellation).ConfigureAwait(false);
        return answer.IsNotModified ? null : answer.Data(json);
    }

    /// <summary>The body of an answer that has no envelope.</summary>
    public async Task<ReadOnlyMemory<byte>> SendForFileAsync(ApiRequest request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(request, cancellation).ConfigureAwait(false);
        return answer.Raw().Body;
    }

    /// <summary>Sends a request once, and gives the answer unread. An error answer does not throw.</summary>
    public async Task<RawAnswer> SendRawAsync(ApiRequest request, CancellationToken cancellation)
    {
        using var message = await messages.CreateAsync(request, null, cancellation).ConfigureAwait(false);
        using var answer = await ReceiveAsync(message, cancellation).ConfigureAwait(false);
        return answer.Raw();
    }

    /// <summary>The items of a list. Each page is requested when the enumeration reaches it.</summary>
    /// <param name="path">The list's path, with its filters.</param>
    /// <param name="pageSize">The number of items on a page.</param>
    /// <param name="json">The JSON shape of a page's items.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(
        string path, int pageSize, JsonTypeInfo<IReadOnlyList<T>> json, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var items in ListPagesAsync(path, pageSize, json, cancellation).ConfigureAwait(false))
        {
            foreach (var item in items)
            {
                yield return item;
            }
        }
    }

    /// <summary>The pages of a list, or of data with parts of lists. Each is requested when the enumeration reaches it.</summary>
    /// <param name="path">The list's path, with its filters.</param>
    /// <param name="pageSize">The number of items on a page.</param>
    /// <param name="json">The JSON shape of a page.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    public async IAsyncEnumerable<T> ListPagesAsync<T>(
        string path, int pageSize, JsonTypeInfo<T> json, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={pageSize}";
        string? cursor = null;
        do
        {
            using var answer = await SendAsync(
                ApiRequest.Get(cursor is null ? page : $"{page}&cursor={ApiRequest.Escape(cursor)}"), cancellation).ConfigureAwait(false);
            yield return answer.Data(json);
            cursor = answer.Meta().Cursor is var next && (next is null || next != cursor) ? next : throw ClientErrors.EndlessList(server);
        }
        while (cursor is not null);
    }

    private async Task<ApiAnswer> SendAsync(ApiRequest request, CancellationToken cancellation)
    {
        // All repeats carry the same key, so that the server recognises them.
        var idempotencyKey = request.Repeats == RequestRepeats.WithIdempotencyKey ? Ids.New("", options.TimeProvider.GetUtcNow()) : null;
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        RetryPolicy.SetRepeats(context, request.Repeats);
        try
        {
            return await retries.ExecuteAsync(
                static async (context, it) => await it.Connection.SendOnceAsync(it.Request, it.Key, context.CancellationToken)
                    .ConfigureAwait(false),
                context, (Connection: this, Request: request, Key: idempotencyKey)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<ApiAnswer> SendOnceAsync(ApiRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        using var message = await messages.CreateAsync(request, idempotencyKey, cancellation).ConfigureAwait(false);
        var answer = await ReceiveAsync(message, cancellation).ConfigureAwait(false);
        if (answer.Error() is not { } error)
        {
            return answer;
        }

        answer.Dispose();
        throw error;
    }

    private async Task<ApiAnswer> ReceiveAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.AttemptTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            return new ApiAnswer(
                server, response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false), RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw ClientErrors.TimedOut(server, options.AttemptTimeout);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw ClientErrors.NotReached(server, exception);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delay } => delay,
        { Date: { } date } => date - options.TimeProvider.GetUtcNow(),
        _ => null,
    };
}
