using Microsoft.Extensions.Primitives;

namespace Secronna.Server.Http;

/// <summary>
/// Sets headers that protect every answer in a browser. Browsers then treat answers as data and not as pages. No site may run,
/// frame or embed an answer. Browsers do not tell other sites the ids in the paths of answers.
/// </summary>
internal static class SecurityHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues Policy = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";

    /// <summary>Adds the headers.</summary>
    public static void Add(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = Policy;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        headers["Referrer-Policy"] = NoReferrer;
        // For browsers that do not support frame-ancestors.
        headers.XFrameOptions = Deny;
    }
}
