using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Parses the bodies that roll back, restore and compare.</summary>
internal static class PointInTimeBody
{
    private static readonly string[] RollbackFields = ["version", "comment"];
    private static readonly string[] RestoreFields = ["at", "dryRun", "prune", "comment"];
    private static readonly string[] CompareFields = ["with", "at", "withAt"];

    /// <summary>The version whose value is brought back, and the comment of the new version.</summary>
    public static (int Version, string? Comment) ReadRollback(ref Utf8JsonReader reader, int maxCommentLength)
    {
        int? version = null;
        string? comment = null;
        var fields = JsonFields.Begin(ref reader, "", RollbackFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: version = fields.ReadInt32(ref reader, field, 1, int.MaxValue); break;
                default: comment = fields.ReadString(ref reader, field, maxCommentLength); break;
            }
        }

        fields.Require(0, version is not null);
        return (version!.Value, comment);
    }

    /// <summary>Parses the order of a restore.</summary>
    public static RestoreOrder ReadRestore(ref Utf8JsonReader reader, int maxCommentLength)
    {
        Instant? at = null;
        var (isDryRun, prunes) = (false, false);
        string? comment = null;
        var fields = JsonFields.Begin(ref reader, "", RestoreFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: at = fields.ReadInstant(ref reader, field); break;
                case 1: isDryRun = fields.ReadFlag(ref reader, field) ?? false; break;
                case 2: prunes = fields.ReadFlag(ref reader, field) ?? false; break;
                default: comment = fields.ReadString(ref reader, field, maxCommentLength); break;
            }
        }

        fields.Require(0, at is not null);
        return new RestoreOrder(at!.Value, isDryRun, prunes, comment);
    }

    /// <summary>The environment to compare with, and the instant of the environment in the path; <c>null</c> is now.</summary>
    public static (ComparedSide With, Instant? At) ReadCompare(ref Utf8JsonReader reader)
    {
        string? with = null;
        (Instant? At, Instant? WithAt) times = default;
        var fields = JsonFields.Begin(ref reader, "", CompareFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: with = fields.ReadString(ref reader, field, Limits.KeyLength); break;
                case 1: times.At = fields.ReadInstant(ref reader, field); break;
                default: times.WithAt = fields.ReadInstant(ref reader, field); break;
            }
        }

        fields.Require(0, with is not null);
        return (new ComparedSide(EnvironmentReference.OfId(with!), times.WithAt), times.At);
    }
}
