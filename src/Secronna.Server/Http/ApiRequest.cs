using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;

namespace Secronna.Server.Http;

/// <summary>A request of a route: its caller, its parameters, its body, and what it holds of what all requests share (S31).</summary>
internal sealed class ApiRequest(HttpContext context, ApiRoute route, Caller? caller) : IDisposable
{
    // If the body takes longer than this to arrive, or the request waits longer for its turn, the caller is authenticated again
    // (S22).
    private static readonly TimeSpan AuthenticationLifetime = TimeSpan.FromMilliseconds(50);

    private readonly long authenticatedAt = context.RequestServices.GetRequiredService<TimeProvider>().GetTimestamp();
    private Caller? caller = caller;
    private Caller? inHand;
    private PlaintextLease? memory;
    private FairGate.Place? place;

    public HttpContext Context => context;

    public LimitSettings Limits => Get<LimitSettings>();

    /// <summary>Who makes the request.</summary>
    /// <exception cref="RequestException">
    /// AUTH_REQUIRED: the route declares no operation, so nobody was authenticated (S24).
    /// </exception>
    public Caller Caller => caller ?? throw Errors.AuthRequired();

    /// <summary>The query parameters.</summary>
    public ApiQuery Query => new(context, route);

    /// <summary>
    /// Recognises a repeat of this request. It is set once the body is read; <c>null</c> without an <c>Idempotency-Key</c>, or on
    /// a route on which the key has no effect.
    /// </summary>
    public Idempotency? Idempotency { get; private set; }

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>Counts this request among those that its caller has in hand, until it ends.</summary>
    /// <exception cref="ShareUsedUpException">RATE_LIMITED: the caller has its share of requests in hand.</exception>
    public void Enter()
    {
        if (caller is not null)
        {
            Get<RequestsInHand>().Enter(caller);
            inHand = caller;
        }
    }

    /// <summary>
    /// Waits for a place among the heavy reads, if the operation is one. Then makes sure that the caller's credential is still
    /// valid.
    /// </summary>
    /// <exception cref="RequestException">RATE_LIMITED, UNAVAILABLE, AUTH_REQUIRED or FORBIDDEN.</exception>
    public async ValueTask BeginReadingAsync()
    {
        if (route.Operation is { IsHeavy: true })
        {
            place = await Get<FairGate>().EnterAsync(CredentialKey.Of(Caller), context.RequestAborted);
        }

        if (caller is not null && Get<TimeProvider>().GetElapsedTime(authenticatedAt) >= AuthenticationLifetime)
        {
            caller = await ApiPipeline.AuthenticateAsync(context, route);
        }
    }

    /// <summary>Gives the place among the heavy reads back before the answer is sent, because the client may read slowly.</summary>
    public void EndReading()
    {
        place?.Dispose();
        place = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndReading();
        memory?.Dispose();
        if (inHand is not null)
        {
            Get<RequestsInHand>().Leave(inHand);
        }
    }

    /// <summary>The page that the request asks for.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR: the limit or the cursor is invalid.</exception>
    public PageRequest Page()
    {
        var cursor = Query.Text("cursor");
        var limit = Query.Int32("limit", 1, route.MaximumLimit)
            ?? (cursor is null ? route.DefaultLimit : Math.Min(route.DefaultLimit, route.MaximumLimit));
        return new PageRequest(cursor is null ? null : Cursors.Decode(ListName, cursor), limit);
    }

    /// <summary>The cursor of a position in this list; <c>null</c> at the list's end.</summary>
    public string? Cursor(string? position) => position is null ? null : Cursors.Encode(ListName, position);

    /// <summary>Reads and parses the body.</summary>
    /// <param name="parse">Parses the body.</param>
    /// <param name="maxBytes">The most bytes that the body may have; <c>null</c> is the general limit.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR or PAYLOAD_TOO_LARGE.</exception>
    public async ValueTask<T> BodyAsync<T>(BodyParser<T> parse, int? maxBytes = null)
    {
        using var body = await ReadBodyAsync(maxBytes ?? Limits.BodyBytes, !route.IsBodyOptional);
        await BeginReadingAsync();
        if (route.TakesIdempotencyKey && context.Request.Headers.TryGetValue(ApiPipeline.IdempotencyKey, out var key))
        {
            Idempotency = Idempotency.Of(
                Get<InstallationKeys>(), Get<IdempotencyGuesses>(), Caller, RouteName, key[0]!, body.Span);
        }

        return body.Length == 0 && route.IsBodyOptional
            ? JsonBody.Parse("{}"u8, parse)
            : JsonBody.Parse(body.Span, parse);
    }

    /// <summary>Reads a body that holds only a name.</summary>
    public ValueTask<string> NameAsync() =>
        BodyAsync((ref Utf8JsonReader reader) => NameBody.Read(ref reader, Limits.NameLength));

    /// <summary>Refuses a body, for routes that take none. An empty body and <c>{}</c> are accepted.</summary>
    public async ValueTask RequireNoBodyAsync()
    {
        if (context.Request.ContentLength is 0 or null && !context.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return;
        }

        using var body = await ReadBodyAsync(caller is null ? RequestBody.FreeBytes : Limits.BodyBytes, isRequired: false);
        if (body.Length > 0)
        {
            JsonBody.Parse(body.Span, NameBody.ReadEmpty);
        }
    }

    // No large body is read for a caller who may not do this (S31). A small one costs little, and may name what the caller aims at.
    private async ValueTask<PinnedBuffer> ReadBodyAsync(int maxBytes, bool isRequired)
    {
        if (caller is not null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            if (context.Request.ContentLength is not <= RequestBody.FreeBytes)
            {
                await Get<Authorization>().AdmitAsync(caller, route.Operation!);
            }

            memory = Get<PlaintextBudget>().Lease(caller);
        }

        return await RequestBody.ReadAsync(context, memory, maxBytes, isRequired);
    }

    private T Get<T>()
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    // Names what the request is about, however the client encoded the parameters of the path.
    private string RouteName =>
        string.Join('\n', context.Request.RouteValues.OrderBy(value => value.Key, StringComparer.Ordinal)
            .Select(value => $"{value.Key}={value.Value}").Prepend($"{route.Method} {route.Pattern}"));

    private Cursors Cursors => Get<Cursors>();

    // Identifies the list that a cursor belongs to: the workspace, the route and the filters.
    private string ListName
    {
        get
        {
            var query = Query;
            var filters = route.Query.Where(parameter => parameter.Name is not ("limit" or "cursor"))
                .Select(parameter => $"{parameter.Name}={query.Text(parameter.Name)}");
            return string.Join('\n', filters.Prepend(RouteName).Prepend(Caller.WorkspaceId));
        }
    }
}
