using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Features.Credentials;

namespace Secronna.Server.Http;

/// <summary>Parsers of the small request bodies.</summary>
internal static class Bodies
{
    private static readonly string[] NameFields = ["name"];
    private static readonly string[] AccessKeyFields = ["name", "expiresInDays"];

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

    public static AccessKeyChange AccessKey(ref Utf8JsonReader reader, int mostCharacters, bool isNew)
    {
        string? name = null;
        int? expiresInDays = null;
        var fields = JsonFields.Begin(ref reader, "", AccessKeyFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: name = ReadName(ref reader, fields, field, mostCharacters); break;
                default: expiresInDays = fields.ReadInt32(ref reader, field, 1, Limits.ExpiryDays); break;
            }
        }

        if (isNew)
        {
            fields.Require(0, name is not null);
        }

        return new AccessKeyChange(name, expiresInDays);
    }

    private static string? ReadName(ref Utf8JsonReader reader, JsonFields fields, int field, int mostCharacters)
    {
        var name = fields.ReadString(ref reader, field, mostCharacters)?.Trim();
        return name is { Length: 0 } ? throw Errors.Invalid(fields.Name(field), "must not be empty") : name;
    }
}
