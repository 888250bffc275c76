namespace Secronna.Protocol;

/// <summary>The tokens of an identity provider that a server can accept, by their names in the provider's answer.</summary>
public static class TokenTypes
{
    /// <summary>An access token (RFC 6749, section 5.1).</summary>
    public const string AccessToken = "access_token";

    /// <summary>An ID token (OpenID Connect Core 1.0, section 3.1.3.3).</summary>
    public const string IdToken = "id_token";
}
