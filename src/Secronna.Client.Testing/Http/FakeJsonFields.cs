using System.Text;
using System.Text.Json;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>
/// The fields of one JSON object in a request's body. Unknown and repeated fields are refused; a field that is <c>null</c>
/// counts as absent. Every method refuses a field of the wrong type or size with VALIDATION_ERROR.
/// </summary>
internal readonly struct FakeJsonFields
{
    private const int MaximumTimeLength = 64;

    private readonly JsonElement json;
    private readonly string prefix;

    /// <summary>Checks that the JSON is an object, and has no fields except the named ones.</summary>
    /// <param name="json">The object.</param>
    /// <param name="prefix">
    /// The object's path in the body, with a dot at its end, for error messages; empty for the body itself.
    /// </param>
    /// <param name="names">The fields that the object may have.</param>
    public FakeJsonFields(JsonElement json, string prefix, params string[] names)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw prefix.Length == 0
                ? FakeErrors.InvalidBody("body: must be a JSON object")
                : FakeErrors.Invalid(prefix.TrimEnd('.'), "must be a JSON object");
        }

        (this.json, this.prefix) = (json, prefix);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw FakeErrors.UnknownName("field", member.Name, names);
            }

            if (!seen.Add(member.Name))
            {
                throw FakeErrors.Invalid(prefix + member.Name, "appears twice");
            }
        }
    }

    public string? Text(string name, int maximumLength) =>
        Find(name) is { } found ? TextOf(found, prefix + name, maximumLength) : null;

    public string RequiredText(string name, int maximumLength) => Text(name, maximumLength) ?? throw Missing(name);

    /// <summary>A secret's value: a text of at most <see cref="Limits.ValueBytes"/> bytes of UTF-8, without U+0000.</summary>
    public string SecretValue(string name)
    {
        if (!json.TryGetProperty(name, out var found))
        {
            throw Missing(name);
        }

        var value = found.ValueKind == JsonValueKind.String
            ? found.GetString()!
            : throw FakeErrors.Invalid(prefix + name, "must be a string");
        return Encoding.UTF8.GetByteCount(value) > Limits.ValueBytes ? throw FakeErrors.ValueTooLarge(prefix + name, Limits.ValueBytes)
            : value.Contains('\0') ? throw FakeErrors.Invalid(prefix + name, "must not contain the character U+0000")
            : value;
    }

    public int? Int32(string name, int minimum, int maximum) => Find(name) is not { } found
        ? null
        : found.ValueKind == JsonValueKind.Number && found.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw FakeErrors.Invalid(prefix + name, $"must be a whole number from {minimum} to {maximum}");

    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw FakeErrors.Invalid(prefix + name, "must be true or false"),
    };

    public Instant? Time(string name) => Text(name, MaximumTimeLength) switch
    {
        null => null,
        var text => Instant.TryParse(text, out var instant) ? instant : throw FakeErrors.NotATime(prefix + name),
    };

    /// <summary>Whether the field is there, <c>null</c> included.</summary>
    public bool Has(string name) => json.TryGetProperty(name, out _);

    public IReadOnlyList<JsonElement>? Array(string name) => Find(name) is not { } found
        ? null
        : found.ValueKind == JsonValueKind.Array
            ? [.. found.EnumerateArray()]
            : throw FakeErrors.Invalid(prefix + name, "must be an array");

    public IReadOnlyList<string>? Texts(string name, int maximumLength)
    {
        var field = prefix + name;
        return Array(name)?.Select(item => TextOf(item, field, maximumLength)).ToList();
    }

    public FakeError Missing(string name) => FakeErrors.Invalid(prefix + name, "is required");

    private JsonElement? Find(string name) =>
        json.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;

    private static string TextOf(JsonElement json, string field, int maximumLength)
    {
        var text = json.ValueKind == JsonValueKind.String ? json.GetString()! : throw FakeErrors.Invalid(field, "must be a string");
        return text.Length > maximumLength ? throw FakeErrors.Invalid(field, $"is over {maximumLength} characters")
            : text.Contains('\0') ? throw FakeErrors.Invalid(field, "must not contain the character U+0000")
            : text;
    }
}
