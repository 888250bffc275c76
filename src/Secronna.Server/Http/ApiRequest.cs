using System.Text.Json;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;

namespace Secronna.Server.Http;

/// <summary>A request of a route: its caller, its parameters and its body.</summary>
internal sealed class ApiRequest(HttpContext context, ApiRoute route, Caller? caller)
{
    // If the body takes longer than this to arrive, the caller is authenticated again (S22).
    private static readonly TimeSpan AuthenticationLifetime = TimeSpan.FromMilliseconds(50);

    private readonly long authenticatedAt = Time(context).GetTimestamp();
    private Caller? caller = caller;

    public HttpContext Context => context;

    public LimitSettings Limits => context.RequestServices.GetRequiredService<LimitSettings>();

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
        if (route.TakesIdempotencyKey && context.Request.Headers.TryGetValue(ApiPipeline.IdempotencyKey, out var key))
        {
            var services = context.RequestServices;
            Idempotency = Idempotency.Of(
                services.GetRequiredService<InstallationKeys>(), services.GetRequiredService<IdempotencyGuesses>(), Caller,
                $"{route.Method} {context.Request.Path}", key[0]!, body.Span);
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

        using var body = await ReadBodyAsync(Limits.BodyBytes, isRequired: false);
        if (body.Length > 0)
        {
            JsonBody.Parse(body.Span, NameBody.ReadEmpty);
        }
    }

    private static TimeProvider Time(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>();

    // A client may send its body slowly, and its credential may be revoked meanwhile. So the caller is authenticated again after
    // a slow body.
    private async ValueTask<PinnedBuffer> ReadBodyAsync(int maxBytes, bool isRequired)
    {
        var body = await RequestBody.ReadAsync(context, maxBytes, isRequired);
        if (caller is null || Time(context).GetElapsedTime(authenticatedAt) < AuthenticationLifetime)
        {
            return body;
        }

        try
        {
            caller = await ApiPipeline.AuthenticateAsync(context, route);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private Cursors Cursors => context.RequestServices.GetRequiredService<Cursors>();

    // Identifies the list that a cursor belongs to: the workspace, the path and the filters.
    private string ListName
    {
        get
        {
            var query = Query;
            var filters = route.Query.Where(parameter => parameter.Name is not ("limit" or "cursor"))
                .Select(parameter => $"{parameter.Name}={query.Text(parameter.Name)}");
            return string.Join('\n', filters.Prepend(context.Request.Path.Value).Prepend(Caller.WorkspaceId));
        }
    }
}
