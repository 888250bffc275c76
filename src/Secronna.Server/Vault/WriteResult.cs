using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>The result of a write.</summary>
/// <param name="Change">The change of the environment, with its instant.</param>
/// <param name="Written">
/// The versions that were written. For a repeat, they are the versions that the first request wrote.
/// </param>
/// <param name="MintedCount">The number of versions that were minted: 0 for a repeat.</param>
internal sealed record WriteResult(EnvironmentChange Change, IReadOnlyList<WrittenResponse> Written, int MintedCount);
