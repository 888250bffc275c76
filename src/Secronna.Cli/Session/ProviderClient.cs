using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>The client at the identity provider through which people sign in.</summary>
/// <param name="Id">The client id.</param>
/// <param name="Secret">The client secret; <c>null</c> where the provider demands none. Everyone knows it.</param>
/// <param name="TokenType">The token that the server accepts (<see cref="TokenTypes"/>).</param>
internal sealed record ProviderClient(string Id, string? Secret = null, string TokenType = TokenTypes.AccessToken)
{
    /// <summary>Further parameters of the request for a device code.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public bool WantsIdToken => TokenType == TokenTypes.IdToken;

    /// <summary>The audience that tokens must have; <c>null</c> where it is not known.</summary>
    public string? Audience => WantsIdToken ? Id : Parameters.GetValueOrDefault("audience") ?? Parameters.GetValueOrDefault("resource");
}
