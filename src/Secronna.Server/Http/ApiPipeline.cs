using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;

namespace Secronna.Server.Http;

/// <summary>Runs every request of a route: authenticates the caller, checks the parameters, and calls the handler.</summary>
internal static class ApiPipeline
{
    /// <summary>The header that makes a repeat of a write safe.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>
    /// Authenticates the caller, checks the request's headers and query, receives its body, and runs the handler. A refusal because a share is used up is recorded here, wherever it comes from (S19).
    /// </summary>
    /// <exception cref="RequestException">The request is refused.</exception>
    public static async Task RunAsync<TService>(HttpContext context, ApiRoute route, Func<ApiRequest, TService, Task> handler)
        where TService : notnull
    {
        var caller = route.Operation is null ? null : await AuthenticateAsync(context, route);
        using var request = new ApiRequest(context, route, caller);
        try
        {
            if (caller is not null)
            {
                await context.RequestServices.GetRequiredService<Authorization>().TakeRequestAsync(caller, route.Operation!);
            }

            request.Enter();
            ReasonHeader.Check(context.Request.Headers);
            CheckIdempotencyKey(context.Request.Headers);
            request.Query.Check();
            await request.ReceiveBodyAsync();
            await handler(request, context.RequestServices.GetRequiredService<TService>());
        }
        catch (ShareUsedUpException refusal) when (caller is not null && !context.Response.HasStarted)
        {
            throw await context.RequestServices.GetRequiredService<Authorization>()
                .RefusedAsync(caller, route.Operation!, null, refusal, "");
        }
    }

    /// <summary>Authenticates the caller, by the current state of its credential (S22).</summary>
    public static ValueTask<Caller> AuthenticateAsync(HttpContext context, ApiRoute route)
    {
        var headers = context.Request.Headers;
        // A malformed reason is refused once the caller is known. Until then the request counts as one without a reason.
        ReasonHeader.TryRead(headers, out var reason);
        var origin = new RequestOrigin(
            context.TraceIdentifier, Address(context), UserAgent(headers.UserAgent.ToString()))
        {
            Reason = reason,
            Operation = route.Operation,
            RouteVariables = context.Request.RouteValues,
            Aborted = context.RequestAborted,
            Receipt = route.Operation is { AuditAction: not null } ? new TrailReceipt() : null,
            HasOwnConnection = HttpProtocol.IsHttp11(context.Request.Protocol),
        };
        return context.RequestServices.GetRequiredService<Authentication>()
            .AuthenticateAsync(headers.Authorization.Count == 1 ? headers.Authorization[0] : null, origin);
    }

    // Every route accepts the header, so that a client may send it with all its requests. It has an effect on the routes that
    // declare it.
    private static void CheckIdempotencyKey(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(IdempotencyKey, out var values))
        {
            return;
        }

        if (values is not [{ Length: > 0 and <= Limits.IdempotencyKeyLength } key] || key.Any(character => character is < '!' or > '~'))
        {
            throw Errors.Invalid(
                IdempotencyKey, $"must be sent once, with 1 to {Limits.IdempotencyKeyLength} printable characters of ASCII and no space");
        }
    }

    private static string? Address(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
    }

    // The caller chooses the text, and every audit entry keeps it, so its length is bounded.
    private static string? UserAgent(string text)
    {
        const int MaxCharacters = 256;
        if (text.Length <= MaxCharacters)
        {
            return text.Length == 0 ? null : text;
        }

        // Does not cut a surrogate pair in half. A database may refuse such text, and then the whole transaction would fail.
        return text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];
    }
}
