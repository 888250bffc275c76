using System.Text.Json.Serialization;
using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Secronna.Storage;

namespace Secronna.Server.Commands;

/// <summary>A workspace, as <c>--json</c> prints it.</summary>
internal sealed record WorkspaceLine(string Id, string? Name, bool Allowed, Instant CreatedAt);

/// <summary>A master key, as <c>--json</c> prints it.</summary>
internal sealed record MasterKeyLine(
    string Id, bool Found, bool Active, bool InUse, bool Retired, Instant? UnusedSince);

/// <summary>An audit entry, as the export prints it. The workspace of the installation's own entries is <c>null</c>.</summary>
internal sealed record AuditLine(string? WorkspaceId, AuditResponse Entry);

/// <summary>The result of a verification, as <c>--json</c> prints it.</summary>
internal sealed record VerificationLine(string Verified, Verification Verification);

/// <summary>The result of a copy to another database, as <c>--json</c> prints it.</summary>
internal sealed record CopyLine(string To, IReadOnlyList<TableRows> Tables, Verification Verification);

/// <summary>A key that signs checkpoints, as <c>--json</c> prints it. The state is announced, active or retired.</summary>
internal sealed record LogKeyLine(string PublicKey, string State, Instant? ActiveAt, Instant? RetiredAt);

/// <summary>The result of <c>restore</c> and <c>restored</c>, as <c>--json</c> prints it.</summary>
/// <param name="Restored">The database.</param>
/// <param name="MovedAside">Where the database lies that was there before; <c>null</c> if there was none.</param>
/// <param name="Trails">The trails and their new epochs.</param>
/// <param name="DoneAgain">How many later changes were done again.</param>
/// <param name="Left">What could not be done again.</param>
internal sealed record RestoredLine(
    string Restored, string? MovedAside, IReadOnlyList<RestoredTrail> Trails, int DoneAgain, IReadOnlyList<string> Left);

/// <summary>A trail in its new epoch.</summary>
/// <param name="WorkspaceId">The workspace; <c>null</c> for the installation's own trail.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Size">How many entries it goes on from.</param>
/// <param name="LostEntries">How many entries behind them are known to be lost.</param>
/// <param name="IsNewer">Whether the workspace is newer than the backup. It is empty then, and denied.</param>
internal sealed record RestoredTrail(string? WorkspaceId, long Epoch, long Size, long LostEntries, bool IsNewer);

/// <summary>A finding of <c>check</c>, as <c>--json</c> prints it. The severity is danger, warning or advice.</summary>
internal sealed record FindingLine(string Severity, string What, string Why, string Do);

/// <summary>Serialises what commands print.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WorkspaceLine))]
[JsonSerializable(typeof(MasterKeyLine))]
[JsonSerializable(typeof(AuditLine))]
[JsonSerializable(typeof(VerificationLine))]
[JsonSerializable(typeof(CopyLine))]
[JsonSerializable(typeof(FindingLine))]
[JsonSerializable(typeof(LogKeyLine))]
[JsonSerializable(typeof(RestoredLine))]
[JsonSerializable(typeof(KekResponse))]
[JsonSerializable(typeof(ApiKeyCreatedResponse))]
internal sealed partial class CommandJson : JsonSerializerContext;
