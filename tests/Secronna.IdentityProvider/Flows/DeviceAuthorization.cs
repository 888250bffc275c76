using System.Text.Json.Serialization;

namespace Secronna.IdentityProvider.Flows;

/// <summary>The device authorization response (RFC 8628, section 3.2). Times are in seconds.</summary>
public sealed record DeviceAuthorization
{
    [JsonPropertyName("device_code")]
    public required string DeviceCode { get; init; }

    [JsonPropertyName("user_code")]
    public required string UserCode { get; init; }

    [JsonPropertyName("verification_uri")]
    public required Uri VerificationUri { get; init; }

    [JsonPropertyName("verification_uri_complete")]
    public Uri? VerificationUriComplete { get; init; }

    [JsonPropertyName("expires_in")]
    public required long ExpiresIn { get; init; }

    [JsonPropertyName("interval")]
    public long? Interval { get; init; }
}
