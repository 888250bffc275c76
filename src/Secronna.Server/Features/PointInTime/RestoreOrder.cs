using Secronna.Protocol;

namespace Secronna.Server.Features.PointInTime;

/// <summary>A caller's order for a restore.</summary>
/// <param name="At">The instant to go back to.</param>
/// <param name="IsDryRun">Whether to change nothing and only answer what a restore would change.</param>
/// <param name="Prunes">Whether to delete the secrets that were created since the instant.</param>
/// <param name="Comment">The comment of the versions that the restore mints.</param>
internal sealed record RestoreOrder(Instant At, bool IsDryRun, bool Prunes, string? Comment);
