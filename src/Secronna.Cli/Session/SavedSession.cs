using System.Text.Json.Serialization;

namespace Secronna.Cli.Session;

/// <summary>What <c>auth login</c> saves: a credential and the one server that it is for.</summary>
/// <param name="Server">The server's origin. The credential is never sent to another server.</param>
/// <param name="ApiKey">An API key or access key; <c>null</c> where a person signed in.</param>
/// <param name="SignIn">The tokens of the identity provider; <c>null</c> where a key was saved.</param>
internal sealed record SavedSession(string Server, string? ApiKey, SignIn? SignIn)
{
    /// <summary>How the person signed in to each server, by its origin; <c>null</c> where the person never did.</summary>
    public IReadOnlyDictionary<string, PinnedProvider>? Pins { get; init; }

    /// <summary>Contains no credential.</summary>
    public override string ToString() => $"{nameof(SavedSession)} {{ {nameof(Server)} = {Server} }}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedSession))]
internal sealed partial class SessionJson : JsonSerializerContext;
