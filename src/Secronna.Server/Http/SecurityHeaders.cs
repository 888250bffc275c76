using Microsoft.Extensions.Primitives;

namespace Secronna.Server.Http;

/// <summary>
/// What every answer tells a browser: it is data and no page, to be run, framed or embedded by nobody, and the ids in its
/// path are not for other sites.
/// </summary>
internal static class SecurityHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues Policy = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";

    public static void Add(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = Policy;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        headers["Referrer-Policy"] = NoReferrer;
        // For browsers that don't know frame-ancestors.
        headers.XFrameOptions = Deny;
    }
}
