using System.Text.Json.Serialization;

namespace Secronna.Cli.Session;

/// <summary>What `auth login` leaves: a credential, and the one server that it is for.</summary>
/// <param name="Server">The server's origin. The credential is never sent to another server.</param>
/// <param name="ApiKey">An API key or access key; null where someone signed in.</param>
/// <param name="SignIn">What the identity provider gave; null where a key was kept.</param>
internal sealed record SavedSession(string Server, string? ApiKey, SignIn? SignIn)
{
    /// <summary>Names no credential.</summary>
    public override string ToString() => $"{nameof(SavedSession)} {{ {nameof(Server)} = {Server} }}";
}

/// <summary>What the identity provider gave to someone who signed in.</summary>
/// <param name="Issuer">The provider, the only one that the refresh token is sent to.</param>
/// <param name="ClientId">Which client signed in.</param>
/// <param name="AccessToken">What the server takes.</param>
/// <param name="ExpiresAt">When it no longer does.</param>
/// <param name="RefreshToken">What gives the next access token; null where the provider gives none.</param>
internal sealed record SignIn(string Issuer, string ClientId, string AccessToken, DateTimeOffset ExpiresAt, string? RefreshToken)
{
    /// <summary>Names no token.</summary>
    public override string ToString() => $"{nameof(SignIn)} {{ {nameof(Issuer)} = {Issuer} }}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedSession))]
internal sealed partial class SessionJson : JsonSerializerContext;
