namespace Secronna.Server.Access.Tokens;

/// <summary>What <c>/auth/config</c> tells clients, so that they can sign people in at the identity provider.</summary>
internal sealed class SignInSettings
{
    /// <summary>The default of <see cref="Scopes"/>.</summary>
    public static readonly IReadOnlyList<string> UsualScopes = ["openid", "profile", "email", "offline_access"];

    /// <summary>The client id of the command line.</summary>
    public string CliClientId { get; set; } = "secronna-cli";

    /// <summary>
    /// The client secret of the command line; <c>null</c> if it has none. Everyone can read it, so it protects nothing: some
    /// providers demand one of public clients.
    /// </summary>
    public string? CliClientSecret { get; set; }

    /// <summary>The client id of the dashboard; <c>null</c> if people can't sign in there.</summary>
    public string? WebClientId { get; set; }

    /// <summary>The scopes to ask for.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = UsualScopes;

    /// <summary>Further parameters of authorization and device requests, such as <c>audience</c>.</summary>
    public IDictionary<string, string> Parameters { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether a client id is that of a program through which people sign in.</summary>
    public bool IsPeoplesClient(string clientId) => clientId == CliClientId || clientId == WebClientId;
}
