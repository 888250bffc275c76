using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// The query parameters of a request. Every method gives <c>null</c> for a parameter that was not sent, and throws
/// VALIDATION_ERROR when its value does not fit.
/// </summary>
internal readonly struct ApiQuery(HttpContext context, ApiRoute route)
{
    /// <summary>The parameter as it was sent.</summary>
    public string? Text(string name) =>
        context.Request.QueryString.HasValue && context.Request.Query.TryGetValue(name, out var value) ? value[0] : null;

    /// <summary>Whether the parameter is <c>true</c>. A parameter that was not sent is <c>false</c>.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Errors.Invalid(name, "must be true or false"),
    };

    /// <summary>A whole number in a range.</summary>
    public int? Int32(string name, int min, int max) => (int?)Int64(name, min, max);

    /// <inheritdoc cref="Int32"/>
    public long? Int64(string name, long min, long max) => Text(name) switch
    {
        null => null,
        var text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max
                ? number
                : throw Errors.Invalid(name, $"must be a whole number from {min} to {max}"),
    };

    /// <summary>A time in RFC 3339 with its zone.</summary>
    public Instant? Instant(string name) => Text(name) switch
    {
        null => null,
        var text => Protocol.Instant.TryParse(text, out var instant) ? instant : throw Errors.InvalidTime(name),
    };

    /// <summary>Refuses parameters that the route does not declare, and parameters that were sent more than once.</summary>
    public void Check()
    {
        if (!context.Request.QueryString.HasValue)
        {
            return;
        }

        var known = route.Query;
        foreach (var (name, values) in context.Request.Query)
        {
            if (!known.Any(parameter => parameter.Name == name))
            {
                throw Errors.UnknownName("query parameter", name, known.Select(parameter => parameter.Name));
            }

            if (values.Count != 1 || values[0]!.Contains('\0'))
            {
                throw Errors.Invalid(name, "must be sent once, without the character U+0000");
            }
        }
    }
}
