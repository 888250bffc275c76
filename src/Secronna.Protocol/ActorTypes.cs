namespace Secronna.Protocol;

/// <summary>The kinds of callers, in the audit trail and in <c>/me</c>.</summary>
public static class ActorTypes
{
    /// <summary>A person signed in at the identity provider.</summary>
    public const string User = "user";

    /// <summary>A program signed in at the identity provider.</summary>
    public const string ServiceAccount = "service_account";

    /// <summary>An API key (<c>sk_live_…</c>).</summary>
    public const string ApiKey = "api_key";

    /// <summary>An access key (<c>st_live_…</c>).</summary>
    public const string AccessKey = "access_key";

    /// <summary>The operator of the server, at its command line.</summary>
    public const string Operator = "operator";
}
