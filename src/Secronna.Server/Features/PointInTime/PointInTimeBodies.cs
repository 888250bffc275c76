using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Parsers of the bodies about the past.</summary>
internal static class PointInTimeBodies
{
    private static readonly string[] RollbackFields = ["version", "comment"];
    private static readonly string[] RestoreFields = ["at", "dryRun", "prune", "comment"];
    private static readonly string[] CompareFields = ["with", "at", "withAt"];

    public static (int Version, string? Comment) Rollback(ref Utf8JsonReader reader, int mostComment)
    {
        int? version = null;
        string? comment = null;
        var fields = JsonFields.Begin(ref reader, "", RollbackFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: version = fields.ReadInt32(ref reader, field, 1, int.MaxValue); break;
                default: comment = fields.ReadString(ref reader, field, mostComment); break;
            }
        }

        fields.Require(0, version is not null);
        return (version!.Value, comment);
    }

    public static RestoreOrder Restore(ref Utf8JsonReader reader, int mostComment)
    {
        Instant? at = null;
        var (isDryRun, isPruned) = (false, false);
        string? comment = null;
        var fields = JsonFields.Begin(ref reader, "", RestoreFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: at = fields.ReadInstant(ref reader, field); break;
                case 1: isDryRun = fields.ReadFlag(ref reader, field) ?? false; break;
                case 2: isPruned = fields.ReadFlag(ref reader, field) ?? false; break;
                default: comment = fields.ReadString(ref reader, field, mostComment); break;
            }
        }

        fields.Require(0, at is not null);
        return new RestoreOrder(at!.Value, isDryRun, isPruned, comment);
    }

    /// <summary>What to compare with, and as of when the environment itself.</summary>
    public static (ComparedSide With, Instant? At) Compare(ref Utf8JsonReader reader)
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
