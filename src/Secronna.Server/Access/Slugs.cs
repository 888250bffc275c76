using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>Derives the slugs of new projects and environments from their names.</summary>
internal static class Slugs
{
    /// <summary>The slug of a name.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR: the name has no character that a slug may have.</exception>
    public static string Of(string name)
    {
        var slug = Names.Slug(name);
        return slug.Length > 0 ? slug : throw Errors.Invalid("name", "must have at least one letter a-z or digit, for its slug");
    }
}
