using Secronna.Cli.Errors;
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
    public string? Audience
    {
        get => WantsIdToken ? Id : field ?? Parameters.GetValueOrDefault("audience") ?? Parameters.GetValueOrDefault("resource");
        init;
    }

    /// <summary>The client that a server wants, with another id where the person named one.</summary>
    /// <param name="fromServer">What the server says about sign-ins.</param>
    /// <param name="id">The client id to use.</param>
    /// <exception cref="CliException">
    /// The server wants to set what only the sign-in itself may set, or wants an unknown kind of token.
    /// </exception>
    public static ProviderClient Of(AuthConfigResponse fromServer, string id)
    {
        var parameters = fromServer.Params ?? new Dictionary<string, string>();
        if (parameters.Keys.FirstOrDefault(SignInParameters.IsReserved) is { } reserved)
        {
            throw new CliException($"this server wants to set {reserved} of the sign-in, which no server may: nothing was sent to the identity provider");
        }

        var type = fromServer.TokenType ?? TokenTypes.AccessToken;
        return type is TokenTypes.AccessToken or TokenTypes.IdToken
            // The server's secret belongs to the client that the server names.
            ? new ProviderClient(id, id == fromServer.CliClientId ? fromServer.CliClientSecret : null, type) { Parameters = parameters }
            : throw new CliException("this server wants a kind of token that this program does not know: update this program");
    }
}
