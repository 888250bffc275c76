using System.Text;
using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>The members of one JSON object of a request's body; unknown and repeated ones are refused. One that is null is not there.</summary>
internal readonly struct FakeFields
{
    private const int LongestTime = 64;

    private readonly JsonElement json;
    private readonly string prefix;

    /// <summary>Checks an object; the prefix is where it stands, for errors.</summary>
    public FakeFields(JsonElement json, string prefix, params string[] names)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw FakeErrors.Invalid(prefix.Length == 0 ? "body" : prefix.TrimEnd('.'), "must be a JSON object");
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

    public string? Text(string name, int mostCharacters) =>
        Find(name) is { } found ? TextOf(found, prefix + name, mostCharacters) : null;

    public string RequiredText(string name, int mostCharacters) => Text(name, mostCharacters) ?? throw Missing(name);

    /// <summary>A value: any text up to its limit.</summary>
    public string Value(string name)
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

    public int? Int32(string name, int least, int most) => Find(name) is not { } found
        ? null
        : found.ValueKind == JsonValueKind.Number && found.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw FakeErrors.Invalid(prefix + name, $"must be a whole number from {least} to {most}");

    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw FakeErrors.Invalid(prefix + name, "must be true or false"),
    };

    public Instant? Time(string name) => Text(name, LongestTime) switch
    {
        null => null,
        var text => Instant.TryParse(text, out var instant) ? instant : throw FakeErrors.NoTime(prefix + name),
    };

    public IReadOnlyList<JsonElement>? Array(string name) => Find(name) is not { } found
        ? null
        : found.ValueKind == JsonValueKind.Array
            ? [.. found.EnumerateArray()]
            : throw FakeErrors.Invalid(prefix + name, "must be an array");

    public IReadOnlyList<string>? Texts(string name, int mostCharacters)
    {
        var field = prefix + name;
        return Array(name)?.Select(item => TextOf(item, field, mostCharacters)).ToList();
    }

    public FakeError Missing(string name) => FakeErrors.Invalid(prefix + name, "is required");

    private JsonElement? Find(string name) =>
        json.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;

    private static string TextOf(JsonElement json, string field, int mostCharacters)
    {
        var text = json.ValueKind == JsonValueKind.String ? json.GetString()! : throw FakeErrors.Invalid(field, "must be a string");
        return text.Length > mostCharacters ? throw FakeErrors.Invalid(field, $"is over {mostCharacters} characters")
            : text.Contains('\0') ? throw FakeErrors.Invalid(field, "must not contain the character U+0000")
            : text;
    }
}
