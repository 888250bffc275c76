using System.Globalization;
using System.Text.Json;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;

namespace Secronna.Server.Http;

/// <summary>A request of a route: its caller, its parameters and body as the contract has them, and its answer.</summary>
internal sealed class ApiRequest(HttpContext context, ApiRoute route, Caller? caller)
{
    // What was decided of a caller stands for a moment only (S22).
    private static readonly TimeSpan AuthenticationStands = TimeSpan.FromMilliseconds(50);

    private readonly long authenticated = Time(context).GetTimestamp();
    private Caller? caller = caller;

    public HttpContext Context => context;

    public LimitSettings Limits => context.RequestServices.GetRequiredService<LimitSettings>();

    /// <summary>Who makes the request. A route without a permission has none, and asking for it is refused (S24).</summary>
    public Caller Caller => caller ?? throw Errors.AuthRequired();

    /// <summary>What a repeat of this request is known by, once its body is read; null without an <c>Idempotency-Key</c>.</summary>
    public Idempotency? Idempotency { get; private set; }

    public string Route(string name) => (string)context.Request.RouteValues[name]!;

    public string? Query(string name) =>
        context.Request.QueryString.HasValue && context.Request.Query.TryGetValue(name, out var value) ? value[0] : null;

    public bool QueryFlag(string name) => Query(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Errors.Invalid(name, "must be true or false"),
    };

    public int? QueryInt32(string name, int least, int most) => Query(name) switch
    {
        null => null,
        var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
                ? number
                : throw Errors.Invalid(name, $"must be a whole number from {least} to {most}"),
    };

    public Instant? QueryInstant(string name) => Query(name) switch
    {
        null => null,
        var text => Instant.TryParse(text, out var instant)
            ? instant
            : throw Errors.NoTime(name),
    };

    /// <summary>Refuses parameters that the route has not, and repeated ones.</summary>
    public void CheckQuery()
    {
        if (!context.Request.QueryString.HasValue)
        {
            return;
        }

        foreach (var (name, values) in context.Request.Query)
        {
            if (!route.Query.Any(parameter => parameter.Name == name))
            {
                throw Errors.UnknownName("query parameter", name, route.Query.Select(parameter => parameter.Name));
            }

            if (values.Count != 1 || values[0]!.Contains('\0'))
            {
                throw Errors.Invalid(name, "must be there once, without U+0000");
            }
        }
    }

    /// <summary>Which page is asked for.</summary>
    public PageRequest Page()
    {
        var limit = QueryInt32("limit", 1, route.MaximumLimit) ?? route.DefaultLimit;
        var cursor = Query("cursor");
        return new PageRequest(cursor is null ? null : Cursors.Decode(ListName, cursor), limit);
    }

    /// <summary>The body, parsed.</summary>
    public async ValueTask<T> BodyAsync<T>(BodyParser<T> parse, int? limit = null)
    {
        using var body = await ReadBodyAsync(limit ?? Limits.BodyBytes, !route.IsBodyOptional);
        if (context.Request.Headers.TryGetValue(ApiPipeline.IdempotencyKey, out var key))
        {
            var keys = context.RequestServices.GetRequiredService<InstallationKeys>();
            Idempotency = Idempotency.Of(keys, Caller, $"{route.Method} {context.Request.Path}", key[0]!, body.Span);
        }

        return body.Length == 0 && route.IsBodyOptional
            ? JsonFields.Parse("{}"u8, parse)
            : JsonFields.Parse(body.Span, parse);
    }

    /// <summary>A body that is a name alone.</summary>
    public ValueTask<string> NameAsync() =>
        BodyAsync((ref Utf8JsonReader reader) => NameBody.Name(ref reader, Limits.NameLength));

    /// <summary>For routes that take no body: refuses anything but none or an empty object.</summary>
    public async ValueTask RequireNoBodyAsync()
    {
        if (context.Request.ContentLength is 0 or null && !context.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return;
        }

        using var body = await ReadBodyAsync(Limits.BodyBytes, isRequired: false);
        if (body.Length > 0)
        {
            JsonFields.Parse(body.Span, NameBody.Empty);
        }
    }

    private static TimeProvider Time(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>();

    // A body may take its time to arrive, and the caller's credential be revoked meanwhile: then it is asked for again.
    private async ValueTask<PinnedBuffer> ReadBodyAsync(int limit, bool isRequired)
    {
        var body = await RequestBody.ReadAsync(context, limit, isRequired);
        if (caller is null || Time(context).GetElapsedTime(authenticated) < AuthenticationStands)
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

    /// <summary>The cursor of a position in this list; null at its end.</summary>
    public string? Cursor(string? position) => position is null ? null : Cursors.Encode(ListName, position);

    private Cursors Cursors => context.RequestServices.GetRequiredService<Cursors>();

    // A cursor is of one list: this route, with these parts of its path and these filters, in this workspace.
    private string ListName
    {
        get
        {
            var filters = route.Query.Where(parameter => parameter.Name is not ("limit" or "cursor"))
                .Select(parameter => $"{parameter.Name}={Query(parameter.Name)}");
            return string.Join('\n', filters.Prepend(context.Request.Path.Value).Prepend(Caller.WorkspaceId));
        }
    }
}
