using System.Text.Json.Serialization;

namespace Secronna.Cli.Session;

/// <summary>What `auth login` leaves: a credential and the one server that it is for.</summary>
/// <param name="Server">The server's origin. The credential is never sent anywhere else.</param>
/// <param name="ApiKey">An API key or access key.</param>
internal sealed record SavedSession(string Server, string? ApiKey);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedSession))]
internal sealed partial class SessionJson : JsonSerializerContext;
