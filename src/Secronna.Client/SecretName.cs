using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>
/// Names a secret, either by its id (<c>sec_…</c>) or by its path of two slugs and a key (<c>web/production/DATABASE_URL</c>).
/// A string of either form converts to it.
/// </summary>
public readonly record struct SecretName
{
    private SecretName(string? id, string? path) => (Id, Path) = (id, path);

    /// <summary>The id; <c>null</c> where the secret is named by its path.</summary>
    public string? Id { get; }

    /// <summary>The path; <c>null</c> where the secret is named by its id.</summary>
    public string? Path { get; }

    /// <summary>Parses <c>sec_…</c> or <c>project/environment/KEY</c>. Whether the secret exists is not checked.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the text has neither form.</exception>
    public static SecretName Parse(string text) => text.Split('/') switch
    {
        [var id] when id.StartsWith(Ids.Secret, StringComparison.Ordinal) => new(id, null),
        [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }] => new(null, text),
        _ => throw ClientErrors.Invalid("a secret is named by its id (sec_…) or by its path (project/environment/KEY)"),
    };

    /// <summary>Parses <c>sec_…</c> or <c>project/environment/KEY</c>. Whether the secret exists is not checked.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the text has neither form.</exception>
    public static SecretName FromString(string text) => Parse(text);

    /// <summary>Converts a string as <see cref="Parse"/> does.</summary>
    public static implicit operator SecretName(string text) => Parse(text);

    /// <inheritdoc/>
    public override string ToString() => Id ?? Path ?? "";
}
