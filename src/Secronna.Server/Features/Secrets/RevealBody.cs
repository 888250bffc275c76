using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.Secrets;

/// <summary>Parses the bodies that ask for reveals.</summary>
internal static class RevealBody
{
    private static readonly string[] PathFields = ["path", "version"];
    private static readonly string[] SelectionFields = ["keys", "at"];

    // A path has two slugs, a key, and the two slashes between them. A slug is no longer than a name.
    private const int MaxPathLength = (2 * Limits.NameLength) + Limits.KeyLength + 2;

    /// <summary>The path of a secret, and the version asked for; <c>null</c> is the current version.</summary>
    public static (string Path, int? Version) ReadPath(ref Utf8JsonReader reader)
    {
        string? path = null;
        int? version = null;
        var fields = JsonFields.Begin(ref reader, "", PathFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: path = fields.ReadString(ref reader, field, MaxPathLength); break;
                default: version = fields.ReadInt32(ref reader, field, 1, int.MaxValue); break;
            }
        }

        fields.Require(0, path is not null);
        return path!.Split('/') is [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }]
            ? (path, version)
            : throw Errors.Invalid("path", "must be project/environment/KEY: two slugs and a key");
    }

    /// <summary>The selection of an environment's values to reveal.</summary>
    public static RevealSelection ReadSelection(ref Utf8JsonReader reader, LimitSettings limits)
    {
        List<string>? keys = null;
        Instant? at = null;
        var fields = JsonFields.Begin(ref reader, "", SelectionFields);
        while (fields.Next(ref reader, out var field))
        {
            if (field == 1)
            {
                at = fields.ReadInstant(ref reader, field);
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                fields.RequireArray(ref reader, field);
                keys = ReadKeys(ref reader, fields, field, limits);
            }
        }

        return new RevealSelection(keys, at);
    }

    private static List<string> ReadKeys(ref Utf8JsonReader reader, JsonFields fields, int field, LimitSettings limits)
    {
        var keys = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var name = $"{fields.Name(field)}[{keys.Count}]";
            var key = SecretKeyText.Read(ref reader, fields, field, name);
            if (!seen.Add(key))
            {
                throw Errors.Invalid(name, "appears twice");
            }

            keys.Add(key);
            if (keys.Count > limits.EnvironmentKeys)
            {
                throw Errors.Invalid(fields.Name(field), $"has over {limits.EnvironmentKeys} keys");
            }
        }

        return keys;
    }
}
