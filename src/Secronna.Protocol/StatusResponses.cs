namespace Secronna.Protocol;

/// <summary>The answer to a deletion.</summary>
public sealed record DeletedResponse(string Id, bool Deleted);

/// <summary>The answer to a revocation.</summary>
public sealed record RevokedResponse(string Id, Instant RevokedAt);

/// <summary>The answer of a health check.</summary>
public sealed record HealthResponse(string Status);
