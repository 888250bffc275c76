using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>What happens to every request of a route before its handler: who is it, and are its parameters known.</summary>
internal static class ApiPipeline
{
    /// <summary>The header that makes a repeat of a write safe.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    public static async ValueTask<ApiRequest> BeginAsync(HttpContext context, ApiRoute route)
    {
        var caller = route.Operation is null ? null : await AuthenticateAsync(context, route);
        CheckIdempotencyKey(context.Request.Headers, route);
        var request = new ApiRequest(context, route, caller);
        request.Query.Check();
        if (route.Body is null)
        {
            await request.RequireNoBodyAsync();
        }

        return request;
    }

    /// <summary>Who makes the request, by what the server knows now (S22).</summary>
    public static ValueTask<Caller> AuthenticateAsync(HttpContext context, ApiRoute route)
    {
        var headers = context.Request.Headers;
        var origin = new RequestOrigin(
            context.TraceIdentifier, Address(context), UserAgent(headers.UserAgent.ToString()))
        {
            Operation = route.Operation,
        };
        return context.RequestServices.GetRequiredService<Authentication>()
            .AuthenticateAsync(headers.Authorization.Count == 1 ? headers.Authorization[0] : null, origin);
    }

    // A caller that sends it counts on a repeat being safe: where it would not be, that is said.
    private static void CheckIdempotencyKey(IHeaderDictionary headers, ApiRoute route)
    {
        if (!headers.TryGetValue(IdempotencyKey, out var values))
        {
            return;
        }

        if (!route.TakesIdempotencyKey)
        {
            throw Errors.Invalid(IdempotencyKey, "only requests that mint versions take it: send this one without");
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

    // It is the caller's own word, kept in every entry: so only so much of it.
    private static string? UserAgent(string text)
    {
        const int MostCharacters = 256;
        if (text.Length <= MostCharacters)
        {
            return text.Length == 0 ? null : text;
        }

        // Half a character is no text, and a database may refuse it with all that is written beside it.
        return text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
    }
}
