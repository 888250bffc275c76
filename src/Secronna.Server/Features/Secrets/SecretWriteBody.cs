using System.Text.Json;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.Secrets;

/// <summary>Parses the bodies that write secrets. When a parse fails, the values that it has read are zeroed (S26).</summary>
internal static class SecretWriteBody
{
    private static readonly string[] WriteFields = ["key", "value", "expectedVersion", "comment"];
    private static readonly string[] BatchFields = ["secrets", "comment"];

    /// <summary>One write. The caller disposes it.</summary>
    public static ValueToWrite Read(ref Utf8JsonReader reader, LimitSettings limits) => ReadWrite(ref reader, "", limits);

    /// <summary>
    /// The writes of a batch. No two writes have the same key. The batch's comment is used for writes without a comment. The
    /// caller disposes the writes.
    /// </summary>
    public static List<ValueToWrite> ReadBatch(ref Utf8JsonReader reader, LimitSettings limits)
    {
        List<ValueToWrite>? writes = null;
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

    // Fills the caller's list, so that the caller can zero the values when a later one fails.
    private static void ReadWrites(ref Utf8JsonReader reader, List<ValueToWrite> writes, LimitSettings limits)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (writes.Count == limits.BatchKeys)
            {
                throw Errors.Invalid("secrets", $"has over {limits.BatchKeys} keys: send several batches");
            }

            writes.Add(ReadWrite(ref reader, $"secrets[{writes.Count}].", limits));
        }

        if (writes.Count == 0)
        {
            throw Errors.Invalid("secrets", "must have at least one entry");
        }
    }

    private static ValueToWrite ReadWrite(ref Utf8JsonReader reader, string prefix, LimitSettings limits)
    {
        string? key = null;
        PinnedBuffer? value = null;
        int? expectedVersion = null;
        string? comment = null;
        try
        {
            var fields = JsonFields.Begin(ref reader, prefix, WriteFields);
            while (fields.Next(ref reader, out var field))
            {
                switch (field)
                {
                    case 0: key = SecretKeyText.Read(ref reader, fields, field, fields.Name(field)); break;
                    case 1: value = fields.ReadValue(ref reader, field, limits.ValueBytes); break;
                    case 2: expectedVersion = fields.ReadInt32(ref reader, field, 0, int.MaxValue); break;
                    default: comment = fields.ReadString(ref reader, field, limits.CommentLength); break;
                }
            }

            fields.Require(0, key is not null);
            fields.Require(1, value is not null);
            return new ValueToWrite(key!, value!, expectedVersion, comment);
        }
        catch
        {
            value?.Dispose();
            throw;
        }
    }

    private static void RequireDistinct(List<ValueToWrite> writes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < writes.Count; i++)
        {
            if (!seen.Add(writes[i].Key))
            {
                throw Errors.Invalid($"secrets[{i}].key", "appears twice");
            }
        }
    }
}
