using System.Globalization;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>The query parameters of a request. Every method refuses a malformed parameter with VALIDATION_ERROR.</summary>
internal sealed class FakeQuery
{
    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);

    /// <summary>Reads the query of an address.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="known">The parameters that the route takes.</param>
    /// <exception cref="FakeError">VALIDATION_ERROR: a parameter is unknown, repeated, or holds U+0000.</exception>
    public FakeQuery(Uri uri, IReadOnlyList<string> known)
    {
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = parameter.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (Decode(parameter), "") : (Decode(parameter[..at]), Decode(parameter[(at + 1)..]));
            if (!known.Contains(name))
            {
                throw FakeErrors.UnknownName("query parameter", name, known);
            }

            if (value.Contains('\0') || !parameters.TryAdd(name, value))
            {
                throw FakeErrors.Invalid(name, "must be sent once, without the character U+0000");
            }
        }
    }

    /// <summary>
    /// The parameters that select a list's rows, in one canonical text: all but <c>limit</c> and <c>cursor</c>.
    /// </summary>
    public string Filters => string.Join('\n', parameters
        .Where(parameter => parameter.Key is not ("limit" or "cursor"))
        .Select(parameter => $"{parameter.Key}={parameter.Value}").Order(StringComparer.Ordinal));

    public string? Text(string name) => parameters.GetValueOrDefault(name);

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw FakeErrors.Invalid(name, "must be true or false"),
    };

    /// <summary>A whole number from 1 to a maximum; <c>null</c> where the parameter is absent.</summary>
    public int? Int32(string name, int maximum) => (int?)Int64(name, maximum);

    /// <inheritdoc cref="Int32"/>
    public long? Int64(string name, long maximum) => Text(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= maximum
            ? number
            : throw FakeErrors.Invalid(name, $"must be a whole number from 1 to {maximum}");

    public Instant? Time(string name) => Text(name) is not { } text ? null
        : Instant.TryParse(text, out var instant) ? instant : throw FakeErrors.NotATime(name);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
