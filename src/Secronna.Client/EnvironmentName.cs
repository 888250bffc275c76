using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>
/// Names an environment, either by its id (<c>env_…</c>) or by its project's slug and its own (<c>web/production</c>). A string
/// of either form converts to it.
/// </summary>
public readonly record struct EnvironmentName
{
    private EnvironmentName(string? id, string? project, string? environment) => (Id, ProjectSlug, Slug) = (id, project, environment);

    /// <summary>The id; <c>null</c> where the environment is named by slugs.</summary>
    public string? Id { get; }

    /// <summary>The project's slug; <c>null</c> where the environment is named by its id.</summary>
    public string? ProjectSlug { get; }

    /// <summary>The environment's slug; <c>null</c> where the environment is named by its id.</summary>
    public string? Slug { get; }

    /// <summary>Parses <c>env_…</c> or <c>project/environment</c>. Whether the environment exists is not checked.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the text has neither form.</exception>
    public static EnvironmentName Parse(string text) => text.Split('/') switch
    {
        [var id] when id.StartsWith(Ids.Environment, StringComparison.Ordinal) => new(id, null, null),
        [{ Length: > 0 } project, { Length: > 0 } environment] => new(null, project, environment),
        _ => throw ClientErrors.Invalid("an environment is named by its id (env_…) or by slugs (project/environment)"),
    };

    /// <summary>Parses <c>env_…</c> or <c>project/environment</c>. Whether the environment exists is not checked.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the text has neither form.</exception>
    public static EnvironmentName FromString(string text) => Parse(text);

    /// <summary>Converts a string as <see cref="Parse"/> does.</summary>
    public static implicit operator EnvironmentName(string text) => Parse(text);

    /// <inheritdoc/>
    public override string ToString() => Id ?? $"{ProjectSlug}/{Slug}";
}
