using System.Text.Json;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Parsers of bodies that are a name alone, or empty.</summary>
internal static class NameBody
{
    private static readonly string[] NameFields = ["name"];

    public static bool Empty(ref Utf8JsonReader reader)
    {
        var fields = JsonFields.Begin(ref reader, "", []);
        return fields.Next(ref reader, out _);
    }

    public static string Name(ref Utf8JsonReader reader, int mostCharacters)
    {
        string? name = null;
        var fields = JsonFields.Begin(ref reader, "", NameFields);
        while (fields.Next(ref reader, out var field))
        {
            name = ReadName(ref reader, fields, field, mostCharacters);
        }

        fields.Require(0, name is not null);
        return name!;
    }

    /// <summary>A name, without the white space around it.</summary>
    public static string? ReadName(ref Utf8JsonReader reader, JsonFields fields, int field, int mostCharacters)
    {
        var name = fields.ReadString(ref reader, field, mostCharacters)?.Trim();
        return name is { Length: 0 } ? throw Errors.Invalid(fields.Name(field), "must not be empty") : name;
    }
}
