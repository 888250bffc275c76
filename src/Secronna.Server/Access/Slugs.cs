using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>Slugs of new projects and environments.</summary>
internal static class Slugs
{
    /// <exception cref="RequestException">VALIDATION_ERROR: the name leaves no slug.</exception>
    public static string Of(string name)
    {
        var slug = Names.Slug(name);
        return slug.Length > 0 ? slug : throw Errors.Invalid("name", "must have at least one letter a-z or digit, for its slug");
    }
}
