namespace Secronna.Cli.Session;

/// <summary>
/// How a person last signed in to a server. A server that was taken over could name another provider or audience, to get a token
/// that is good elsewhere. So the person is asked when this changes.
/// </summary>
/// <param name="Issuer">The provider.</param>
/// <param name="ClientId">The client id.</param>
/// <param name="Scope">The scopes, separated by spaces.</param>
/// <param name="Params">The further parameters.</param>
internal sealed record PinnedProvider(string Issuer, string ClientId, string Scope, IReadOnlyDictionary<string, string> Params)
{
    private string? Audience => Params.GetValueOrDefault("audience") ?? Params.GetValueOrDefault("resource");

    /// <summary>Whether both describe the same sign-in.</summary>
    public bool IsSameAs(PinnedProvider other) => Describe() == other.Describe();

    /// <summary>Whether a token of one sign-in is good where a token of the other is.</summary>
    public bool SharesTokensWith(PinnedProvider other) =>
        Issuer.TrimEnd('/') == other.Issuer.TrimEnd('/') && Audience == other.Audience && (Audience is not null || ClientId == other.ClientId);

    /// <summary>The sign-in in words.</summary>
    public string Describe()
    {
        var parameters = Params.OrderBy(parameter => parameter.Key, StringComparer.Ordinal).Select(parameter => $"{parameter.Key}={parameter.Value}");
        return $"at {Issuer} as client {ClientId}, for the scopes {Scope}{(Params.Count == 0 ? "" : $", with {string.Join(", ", parameters)}")}";
    }
}
