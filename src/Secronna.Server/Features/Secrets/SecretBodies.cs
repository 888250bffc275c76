using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.Secrets;

/// <summary>Parsers of the bodies about secrets. What they made of values is zeroed when the parse fails.</summary>
internal static class SecretBodies
{
    private static readonly string[] WriteFields = ["key", "value", "expectedVersion", "comment"];
    private static readonly string[] BatchFields = ["secrets", "comment"];
    private static readonly string[] PathFields = ["path", "version"];
    private static readonly string[] SelectionFields = ["keys", "at"];

    // Two slugs of at most a name's length, a key, and what is between.
    private const int PathLength = (2 * Limits.NameLength) + Limits.KeyLength + 2;

    public static SecretWrite Write(ref Utf8JsonReader reader, LimitSettings limits) =>
        Write(ref reader, "", null, limits);

    /// <summary>The writes of a batch; its comment stands for those that have none of their own.</summary>
    public static List<SecretWrite> Batch(ref Utf8JsonReader reader, LimitSettings limits)
    {
        List<SecretWrite>? writes = null;
        string? comment = null;
        try
        {
            var fields = JsonFields.Begin(ref reader, "", BatchFields);
            while (fields.Next(ref reader, out var field))
            {
                if (field == 0)
                {
                    fields.RequireArray(ref reader, field);
                    writes = [];
                    ReadWrites(ref reader, writes, limits);
                }
                else
                {
                    comment = fields.ReadString(ref reader, field, limits.CommentLength);
                }
            }

            fields.Require(0, writes is not null);
            RequireDistinct(writes!);
            return [.. writes!.Select(write => write with { Comment = write.Comment ?? comment })];
        }
        catch
        {
            writes?.ForEach(write => write.Dispose());
            throw;
        }
    }

    public static (string Path, int? Version) Path(ref Utf8JsonReader reader)
    {
        string? path = null;
        int? version = null;
        var fields = JsonFields.Begin(ref reader, "", PathFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: path = fields.ReadString(ref reader, field, PathLength); break;
                default: version = fields.ReadInt32(ref reader, field, 1, int.MaxValue); break;
            }
        }

        fields.Require(0, path is not null);
        return path!.Split('/') is [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }]
            ? (path, version)
            : throw Errors.Invalid("path", "must be project/environment/KEY, of slugs and a key");
    }

    /// <summary>What an environment's reveal asks for.</summary>
    public static RevealSelection Selection(ref Utf8JsonReader reader, LimitSettings limits)
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
            var key = fields.ReadString(ref reader, field, Limits.KeyLength);
            if (key is null || !Names.IsKey(key))
            {
                throw Errors.Invalid($"{fields.Name(field)}[{keys.Count}]", KeyRule);
            }

            if (!seen.Add(key))
            {
                throw Errors.Invalid($"{fields.Name(field)}[{keys.Count}]", "is there twice");
            }

            keys.Add(key);
            if (keys.Count > limits.EnvironmentKeys)
            {
                throw Errors.Invalid(fields.Name(field), $"has over {limits.EnvironmentKeys} keys");
            }
        }

        return keys;
    }

    private static void ReadWrites(ref Utf8JsonReader reader, List<SecretWrite> writes, LimitSettings limits)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (writes.Count == limits.BatchKeys)
            {
                throw Errors.Invalid("secrets", $"has over {limits.BatchKeys} keys: send several batches");
            }

            writes.Add(Write(ref reader, $"secrets[{writes.Count}].", null, limits));
        }

        if (writes.Count == 0)
        {
            throw Errors.Invalid("secrets", "must have at least one");
        }
    }

    private static SecretWrite Write(ref Utf8JsonReader reader, string prefix, string? comment, LimitSettings limits)
    {
        string? key = null;
        Crypto.PinnedBuffer? value = null;
        int? expectedVersion = null;
        try
        {
            var fields = JsonFields.Begin(ref reader, prefix, WriteFields);
            while (fields.Next(ref reader, out var field))
            {
                switch (field)
                {
                    case 0: key = ReadKey(ref reader, fields, field); break;
                    case 1: value = fields.ReadValue(ref reader, field, limits.ValueBytes); break;
                    case 2: expectedVersion = fields.ReadInt32(ref reader, field, 0, int.MaxValue); break;
                    default: comment = fields.ReadString(ref reader, field, limits.CommentLength); break;
                }
            }

            fields.Require(0, key is not null);
            fields.Require(1, value is not null);
            return new SecretWrite(key!, value!, expectedVersion, comment);
        }
        catch
        {
            value?.Dispose();
            throw;
        }
    }

    private static string ReadKey(ref Utf8JsonReader reader, JsonFields fields, int field)
    {
        var key = fields.ReadString(ref reader, field, Limits.KeyLength);
        return key is not null && Names.IsKey(key) ? key : throw Errors.Invalid(fields.Name(field), KeyRule);
    }

    private static void RequireDistinct(List<SecretWrite> writes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < writes.Count; i++)
        {
            if (!seen.Add(writes[i].Key))
            {
                throw Errors.Invalid($"secrets[{i}].key", "is there twice");
            }
        }
    }

    private static readonly string KeyRule =
        $"must be a letter or underscore, then letters, digits and underscores, at most {Limits.KeyLength}";
}
