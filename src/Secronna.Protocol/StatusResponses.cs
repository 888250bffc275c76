namespace Secronna.Protocol;

/// <summary>The answer to a deletion.</summary>
public sealed record DeletedResponse(string Id, bool Deleted);

/// <summary>The answer to a revocation.</summary>
public sealed record RevokedResponse(string Id, Instant RevokedAt);

/// <summary>The answer of a health check.</summary>
/// <param name="Status">Whether the server lives or is ready.</param>
/// <param name="Warnings">What an operator should look at, as codes; the server goes on meanwhile.</param>
public sealed record HealthResponse(string Status, IReadOnlyList<string> Warnings);
