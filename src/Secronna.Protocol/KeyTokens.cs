namespace Secronna.Protocol;

/// <summary>How the tokens of keys begin.</summary>
public static class KeyTokens
{
    /// <summary>That of an API key.</summary>
    public const string ApiKeyStart = "sk_live_";

    /// <summary>That of an access key.</summary>
    public const string AccessKeyStart = "st_live_";

    /// <summary>How one of a kind begins.</summary>
    /// <param name="kind">One of the two <see cref="ActorTypes"/> that are keys.</param>
    public static string StartOf(string kind) => kind == ActorTypes.ApiKey ? ApiKeyStart : AccessKeyStart;

    /// <summary>Whether a text is meant as one of these, going by how it begins.</summary>
    public static bool IsOne(string token) =>
        token.StartsWith(ApiKeyStart, StringComparison.Ordinal) || token.StartsWith(AccessKeyStart, StringComparison.Ordinal);
}
