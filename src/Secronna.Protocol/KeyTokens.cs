namespace Secronna.Protocol;

/// <summary>The prefixes by which the tokens of keys are recognised.</summary>
public static class KeyTokens
{
    /// <summary>The prefix of an API key's token.</summary>
    public const string ApiKeyStart = "sk_live_";

    /// <summary>The prefix of an access key's token.</summary>
    public const string AccessKeyStart = "st_live_";

    /// <summary>The prefix of the tokens of one kind of key.</summary>
    /// <param name="kind"><see cref="ActorTypes.ApiKey"/> or <see cref="ActorTypes.AccessKey"/>.</param>
    public static string StartOf(string kind) => kind == ActorTypes.ApiKey ? ApiKeyStart : AccessKeyStart;

    /// <summary>Whether a credential has the prefix of a key's token. Its validity is not checked.</summary>
    public static bool IsOne(string token) =>
        token.StartsWith(ApiKeyStart, StringComparison.Ordinal) || token.StartsWith(AccessKeyStart, StringComparison.Ordinal);
}
