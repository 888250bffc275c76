using Secronna.Protocol;

namespace Secronna.Server.Vault;

/// <summary>Which values of an environment a caller asks for.</summary>
/// <param name="Keys">The keys; <c>null</c> means all keys.</param>
/// <param name="At">The instant whose values are asked for; <c>null</c> means now.</param>
internal sealed record RevealSelection(IReadOnlyList<string>? Keys, Instant? At);
