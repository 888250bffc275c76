using Microsoft.Net.Http.Headers;

namespace Secronna.Server.Http;

/// <summary>Entity tags of answers, and those that a client already knows.</summary>
internal static class EntityTags
{
    /// <summary>The tag of a text, such as a hash. The text has only letters and digits.</summary>
    public static EntityTagHeaderValue Of(string text) => new($"\"{text}\"");

    /// <summary>
    /// Tells of a tag whether the client has the answer with this tag. <c>If-None-Match</c> holds either a list of tags, or <c>*</c>
    /// for any tag. Tags are compared weakly (RFC 9110, section 13.1.2).
    /// </summary>
    public static Func<EntityTagHeaderValue, bool> KnownTo(HttpContext context)
    {
        var tags = context.Request.GetTypedHeaders().IfNoneMatch;
        return tag => tags.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
