namespace Secronna.Protocol;

/// <summary>The parameters that a server adds to requests for a sign-in: <c>audience</c>, for example.</summary>
public static class SignInParameters
{
    // What is compared by its beginning covers response_type and response_mode, code_challenge_method, request_uri.
    private static readonly string[] ReservedNames = ["client_id", "client_secret", "scope", "redirect_uri", "state", "nonce"];
    private static readonly string[] ReservedStarts = ["response_", "code_challenge", "request"];

    /// <summary>
    /// Whether only the sign-in itself may set this parameter. A server that could set it could make the provider give tokens for
    /// something else, or to somebody else.
    /// </summary>
    public static bool IsReserved(string name) =>
        ReservedNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || ReservedStarts.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
