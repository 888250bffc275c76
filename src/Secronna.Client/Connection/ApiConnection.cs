using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Secronna.Protocol;

namespace Secronna.Client.Connection;

/// <summary>Sends requests to the API and takes its envelope apart.</summary>
internal sealed class ApiConnection
{
    private const string BasePath = "/api/v1";

    private readonly HttpClient http;
    private readonly SecronnaClientOptions options;
    private readonly ResiliencePipeline retries;
    private readonly Uri server;

    public ApiConnection(HttpClient http, SecronnaClientOptions options)
    {
        (this.http, this.options, retries) = (http, options, Retries.Pipeline(options));
        server = Origin(options);
    }

    public async Task<T> SendAsync<T>(ApiRequest request, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        using var answer = await SendAsync(request, cancellation).ConfigureAwait(false);
        return answer.Data(json);
    }

    /// <summary>What was asked for, unless it is what the caller has already.</summary>
    public async Task<T?> SendUnlessKnownAsync<T>(ApiRequest request, JsonTypeInfo<T> json, CancellationToken cancellation)
        where T : class
    {
        using var answer = await SendAsync(request, cancellation).ConfigureAwait(false);
        return answer.IsNotModified ? null : answer.Data(json);
    }

    /// <summary>What came, as it came, errors included.</summary>
    public async Task<RawAnswer> SendRawAsync(ApiRequest request, CancellationToken cancellation)
    {
        using var message = await MessageAsync(request, null, cancellation).ConfigureAwait(false);
        using var answer = await AnswerAsync(message, cancellation).ConfigureAwait(false);
        return answer.Raw();
    }

    /// <summary>All of a list, page by page, as it is asked for.</summary>
    /// <param name="path">The list's path, with its other parameters.</param>
    /// <param name="pageSize">Items of a page.</param>
    /// <param name="json">Of a page's items.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(
        string path, int pageSize, JsonTypeInfo<IReadOnlyList<T>> json, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={pageSize}";
        string? cursor = null;
        do
        {
            using var answer = await SendAsync(
                ApiRequest.Get(cursor is null ? page : $"{page}&cursor={ApiRequest.Part(cursor)}"), cancellation).ConfigureAwait(false);
            foreach (var item in answer.Data(json))
            {
                yield return item;
            }

            cursor = answer.Meta().Cursor is var next && (next is null || next != cursor) ? next : throw Errors.Endless(server);
        }
        while (cursor is not null);
    }

    /// <summary>Sends it, again where that is safe and may help.</summary>
    /// <exception cref="SecronnaException">The server refused, or could not be reached.</exception>
    public async Task<ApiAnswer> SendAsync(ApiRequest request, CancellationToken cancellation)
    {
        // One for all repeats: the server knows them by it.
        var idempotencyKey = request.Repeats == Repeats.Keyed ? Ids.New("", options.TimeProvider.GetUtcNow()) : null;
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        context.Properties.Set(Retries.Repeats, request.Repeats);
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

    private static Uri Origin(SecronnaClientOptions options)
    {
        var address = options.Server
            ?? (Variable("SECRONNA_API_URL") is not { } text ? SecronnaClientOptions.DefaultServer
                : Uri.TryCreate(text, UriKind.Absolute, out var given) ? given
                : throw Errors.Invalid("the variable SECRONNA_API_URL must be an http or https origin"));
        var path = address.IsAbsoluteUri ? address.AbsolutePath.TrimEnd('/') : "";
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || path is not ("" or BasePath)
            || address.Query.Length > 0 || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
        {
            throw Errors.NotHttp(address);
        }

        return address.Scheme == "https" || address.IsLoopback || options.AllowPlainHttp
            ? new Uri(address.GetLeftPart(UriPartial.Authority) + BasePath)
            : throw Errors.PlainHttp(address);
    }

    private async Task<ApiAnswer> SendOnceAsync(ApiRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        using var message = await MessageAsync(request, idempotencyKey, cancellation).ConfigureAwait(false);
        var answer = await AnswerAsync(message, cancellation).ConfigureAwait(false);
        if (answer.Error() is not { } error)
        {
            return answer;
        }

        answer.Dispose();
        throw error;
    }

    private async ValueTask<HttpRequestMessage> MessageAsync(
        ApiRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(server.OriginalString + request.Path));
        if (await TokenAsync(request, cancellation).ConfigureAwait(false) is { } token)
        {
            message.Headers.Authorization = token.All(IsOfTokens) ? new AuthenticationHeaderValue("Bearer", token) : throw Errors.NoTokenAtAll();
        }

        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (idempotencyKey is not null)
        {
            message.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        // What no server of ours calls a revision is none that it could know.
        if (request.KnownRevision is { } revision && EntityTagHeaderValue.TryParse($"\"{revision}\"", out var known))
        {
            message.Headers.IfNoneMatch.Add(known);
        }

        return message;
    }

    private async Task<ApiAnswer> AnswerAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.AttemptTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            return new ApiAnswer(
                server, response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false), RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Errors.TooSlow(server, options.AttemptTimeout);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Errors.NotReached(server, exception);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delay } => delay,
        { Date: { } date } => date - options.TimeProvider.GetUtcNow(),
        _ => null,
    };

    private async ValueTask<string?> TokenAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.IsAnonymous)
        {
            return null;
        }

        return options.TokenSource is { } source
            ? await source(cancellation).ConfigureAwait(false)
            : options.Token ?? Variable("SECRONNA_TOKEN") ?? throw Errors.NoToken();
    }

    // RFC 9110, section 11.2: token68.
    private static bool IsOfTokens(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '~' or '+' or '/' or '=';

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
