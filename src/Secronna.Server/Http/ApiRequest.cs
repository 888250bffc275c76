using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;

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
    private PinnedBuffer? body;
    private bool hasPlace;

    public HttpContext Context => context;

    public LimitSettings Limits => Get<LimitSettings>();

    /// <summary>Who makes the request.</summary>
    /// <exception cref="RequestException">
    /// AUTH_REQUIRED: the route declares no operation, so nobody was authenticated (S24).
    /// </exception>
    public Caller Caller => caller ?? throw Errors.AuthRequired();

    /// <summary>Which entries the request has recorded; <c>null</c> if the caller is not told, and where nobody was authenticated.</summary>
    public TrailReceipt? Receipt => caller?.Receipt;

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
    /// Receives the whole body. Whatever needs a place or a thread of its own begins after that, because the client may send slowly.
    /// </summary>
    /// <exception cref="RequestException">
    /// VALIDATION_ERROR: not JSON, too slow, or there is a body on a route that takes none; an empty body and <c>{}</c> are accepted
    /// there. PAYLOAD_TOO_LARGE. FORBIDDEN or NOT_FOUND: the body is large, and the caller may not do this.
    /// </exception>
    public async ValueTask ReceiveBodyAsync()
    {
        if (route.Body is not null || HasBody)
        {
            body = await ReadBodyAsync();
        }

        await RenewCallerAsync();
        if (route.Body is null && body is { Length: > 0 })
        {
            await ParseAsync(NameBody.ReadEmpty);
        }
    }

    /// <summary>
    /// Does the work of the operation. If the operation is heavy, this waits for a place in the <see cref="FairGate"/> and works on
    /// <see cref="HeavyThreads"/>. The place is given back before the answer is sent, because the client may read slowly.
    /// </summary>
    /// <exception cref="RequestException">RATE_LIMITED, UNAVAILABLE, AUTH_REQUIRED or FORBIDDEN: the caller gets no place.</exception>
    public Task<T> WorkAsync<T>(Func<Task<T>> work) => HasHeavyOperation ? WorkInAsync(Get<FairGate>(), work) : work();

    /// <summary>
    /// Does a batch write, its parsing included, which is heavy work too: in a place of the <see cref="BatchGate"/>.
    /// </summary>
    /// <exception cref="RequestException">RATE_LIMITED, UNAVAILABLE, AUTH_REQUIRED or FORBIDDEN: the caller gets no place.</exception>
    public Task<T> WriteBatchAsync<T>(Func<Task<T>> write) => WorkInAsync(Get<BatchGate>().Gate, write);

    /// <inheritdoc/>
    public void Dispose()
    {
        body?.Dispose();
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

    /// <summary>
    /// Parses the body, which can be done once. The parsing of a large body is heavy work, unless it is a part of heavy work.
    /// </summary>
    /// <exception cref="RequestException">VALIDATION_ERROR, or as for <see cref="WorkAsync"/>.</exception>
    public ValueTask<T> BodyAsync<T>(BodyParser<T> parse)
    {
        if (route.TakesIdempotencyKey && context.Request.Headers.TryGetValue(ApiPipeline.IdempotencyKey, out var key))
        {
            Idempotency = Idempotency.Of(
                Get<InstallationKeys>(), Get<IdempotencyGuesses>(), Caller, RouteName, key[0]!, body!.Span);
        }

        return ParseAsync(parse);
    }

    /// <summary>Reads a body that holds only a name.</summary>
    public ValueTask<string> NameAsync() =>
        BodyAsync((ref Utf8JsonReader reader) => NameBody.Read(ref reader, Limits.NameLength));

    private async ValueTask<T> ParseAsync<T>(BodyParser<T> parse)
    {
        using var received = body!;
        body = null;
        if (hasPlace || received.Length <= RequestBody.FreeBytes)
        {
            return Parse(received, parse);
        }

        return await WorkInAsync(Get<FairGate>(), () => Task.FromResult(Parse(received, parse)));
    }

    private T Parse<T>(PinnedBuffer received, BodyParser<T> parse) =>
        JsonBody.Parse(received.Length == 0 && route.IsBodyOptional ? "{}"u8 : received.Span, parse);

    // Waits for a place in a gate. Then makes sure that the caller's credential is still valid (S22).
    private async Task<T> WorkInAsync<T>(FairGate gate, Func<Task<T>> work)
    {
        using var place = await gate.EnterAsync(CredentialKey.Of(Caller), context.RequestAborted);
        await RenewCallerAsync();
        hasPlace = true;
        try
        {
            return await Get<HeavyThreads>().RunAsync(work);
        }
        finally
        {
            hasPlace = false;
        }
    }

    // If the request has waited, its caller may have been revoked.
    private async ValueTask RenewCallerAsync()
    {
        if (caller is not null && Get<TimeProvider>().GetElapsedTime(authenticatedAt) >= AuthenticationLifetime)
        {
            caller = await ApiPipeline.AuthenticateAsync(context, route);
        }
    }

    // No large body is read for a caller who may not do this (S31). A small one costs little, and may name what the caller aims at.
    private async ValueTask<PinnedBuffer> ReadBodyAsync()
    {
        if (caller is not null && HasBody)
        {
            // A body of unknown length may be large.
            if (context.Request.ContentLength is not <= RequestBody.FreeBytes)
            {
                await Get<Authorization>().AdmitAsync(caller, route.Operation!);
            }

            memory = Get<PlaintextBudget>().Lease(caller);
        }

        return await RequestBody.ReadAsync(
            context, memory, caller is null ? RequestBody.FreeBytes : route.MaxBodyBytes(Limits),
            isRequired: route.Body is not null && !route.IsBodyOptional);
    }

    private bool HasHeavyOperation => route.Operation is { IsHeavy: true };

    private bool HasBody => context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

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
