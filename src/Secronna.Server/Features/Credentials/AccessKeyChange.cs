using Secronna.Protocol;

namespace Secronna.Server.Features.Credentials;

/// <summary>What a request says of a new key, or changes of one. <c>null</c> was not said and changes nothing.</summary>
/// <param name="Name">The name.</param>
/// <param name="Expiry">When the key expires.</param>
/// <param name="Grants">The grants; an empty list is no power at all.</param>
internal sealed record AccessKeyChange(string? Name, KeyExpiry? Expiry, IReadOnlyList<Grant>? Grants);

/// <summary>When a key expires.</summary>
/// <param name="Days">In how many days from now; <c>null</c> is never.</param>
internal sealed record KeyExpiry(int? Days)
{
    /// <summary>The instant in microseconds since 1970; <c>null</c> is never.</summary>
    public long? After(DateTimeOffset now) => Days is { } days ? Instant.From(now.AddDays(days)).Microseconds : null;
}
