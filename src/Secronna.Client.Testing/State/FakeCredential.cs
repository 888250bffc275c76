using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>An API key or an access key.</summary>
internal sealed class FakeCredential(string kind, string id, string name, string token, Instant createdAt, string createdBy)
{
    private const int PrefixLength = 16;

    /// <summary>The kind of key: one of the two <see cref="ActorTypes"/> for keys.</summary>
    public string Kind => kind;

    public string Id => id;

    public string Name { get; set; } = name;

    public string Token => token;

    /// <summary>The first characters of the token, by which people recognise a key.</summary>
    public string Prefix { get; } = token[..PrefixLength];

    public Instant CreatedAt => createdAt;

    /// <summary>The id of the caller who made it.</summary>
    public string CreatedBy => createdBy;

    public Instant? ExpiresAt { get; set; }

    public FakeGrants Grants { get; set; } = FakeGrants.Everything;

    /// <summary>The minute of the last use; <c>null</c> means that the key was never used.</summary>
    public Instant? LastUsedAt { get; set; }

    public Instant? RevokedAt { get; set; }

    public bool IsApiKey => kind == ActorTypes.ApiKey;

    public bool IsValidAt(Instant now) => RevokedAt is null && !(ExpiresAt <= now);

    public ApiKeyResponse ToApiKey() => new(Id, Name, Prefix, CreatedAt, CreatedBy, ExpiresAt, LastUsedAt, RevokedAt);

    public AccessKeyResponse ToAccessKey() =>
        new(Id, Name, Prefix, CreatedAt, CreatedBy, ExpiresAt, Grants.Grants, LastUsedAt, RevokedAt);
}
