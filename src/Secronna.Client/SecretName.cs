using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>
/// Which secret: its id (<c>sec_…</c>), or its path of slugs and key (<c>web/production/DATABASE_URL</c>). A text of either
/// form can stand for it.
/// </summary>
public readonly record struct SecretName
{
    private SecretName(string? id, string? path) => (Id, Path) = (id, path);

    /// <summary>Its id; null where it is named by its path.</summary>
    public string? Id { get; }

    /// <summary>Its path; null where it is named by its id.</summary>
    public string? Path { get; }

    /// <summary>Reads <c>sec_…</c> or <c>project/environment/KEY</c>.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: it is neither.</exception>
    public static SecretName Parse(string text) => text.Split('/') switch
    {
        [var id] when id.StartsWith(Ids.Secret, StringComparison.Ordinal) => new(id, null),
        [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }] => new(null, text),
        _ => throw Errors.Invalid("a secret is named by its id (sec_…) or by its path (project/environment/KEY)"),
    };

    /// <summary>Reads <c>sec_…</c> or <c>project/environment/KEY</c>.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: it is neither.</exception>
    public static SecretName FromString(string text) => Parse(text);

    /// <summary>The same as <see cref="Parse"/>.</summary>
    public static implicit operator SecretName(string text) => Parse(text);

    /// <inheritdoc/>
    public override string ToString() => Id ?? Path ?? "";
}
