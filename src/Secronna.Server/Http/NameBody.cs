using System.Text.Json;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Parses bodies that hold only a name, and bodies that must be empty.</summary>
internal static class NameBody
{
    private static readonly string[] NameFields = ["name"];

    /// <summary>Parses an object without members.</summary>
    public static bool ReadEmpty(ref Utf8JsonReader reader)
    {
        var fields = JsonFields.Begin(ref reader, "", []);
        return fields.Next(ref reader, out _);
    }

    /// <summary>Parses an object whose only member is <c>name</c>.</summary>
    public static string Read(ref Utf8JsonReader reader, int maxCharacters)
    {
        string? name = null;
        var fields = JsonFields.Begin(ref reader, "", NameFields);
        while (fields.Next(ref reader, out var field))
        {
            name = ReadName(ref reader, fields, field, maxCharacters);
        }

        fields.Require(0, name is not null);
        return name!;
    }

    /// <summary>Reads a member that is a name, and trims it; <c>null</c> for JSON's <c>null</c>.</summary>
    public static string? ReadName(ref Utf8JsonReader reader, JsonFields fields, int field, int maxCharacters)
    {
        var name = fields.ReadString(ref reader, field, maxCharacters)?.Trim();
        return name is { Length: 0 } ? throw Errors.Invalid(fields.Name(field), "must not be empty") : name;
    }
}
