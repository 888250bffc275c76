using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>
/// Which environment: its id (<c>env_…</c>), or the slugs of its project and of itself (<c>web/production</c>). A text of
/// either form can stand for it.
/// </summary>
public readonly record struct EnvironmentName
{
    private EnvironmentName(string? id, string? project, string? environment) => (Id, ProjectSlug, Slug) = (id, project, environment);

    /// <summary>Its id; null where it is named by slugs.</summary>
    public string? Id { get; }

    /// <summary>Its project's slug; null where it is named by its id.</summary>
    public string? ProjectSlug { get; }

    /// <summary>Its slug; null where it is named by its id.</summary>
    public string? Slug { get; }

    /// <summary>Reads <c>env_…</c> or <c>project/environment</c>.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: it is neither.</exception>
    public static EnvironmentName Parse(string text) => text.Split('/') switch
    {
        [var id] when id.StartsWith(Ids.Environment, StringComparison.Ordinal) => new(id, null, null),
        [{ Length: > 0 } project, { Length: > 0 } environment] => new(null, project, environment),
        _ => throw Errors.Invalid("an environment is named by its id (env_…) or by slugs (project/environment)"),
    };

    /// <summary>Reads <c>env_…</c> or <c>project/environment</c>.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: it is neither.</exception>
    public static EnvironmentName FromString(string text) => Parse(text);

    /// <summary>The same as <see cref="Parse"/>.</summary>
    public static implicit operator EnvironmentName(string text) => Parse(text);

    /// <inheritdoc/>
    public override string ToString() => Id ?? $"{ProjectSlug}/{Slug}";
}
