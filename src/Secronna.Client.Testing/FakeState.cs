using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>A project.</summary>
internal sealed class FakeProject(string id, string name, Instant createdAt, string createdBy)
{
    public string Id => id;

    public string Name { get; set; } = name;

    public string Slug { get; } = Names.Slug(name);

    public List<FakeEnvironment> Environments { get; } = [];

    public List<FakeKek> Keks { get; } = [];

    public ProjectResponse ToResponse() => new(Id, Name, Slug, createdAt, createdBy);
}

/// <summary>A KEK, in name only: nothing is wrapped here.</summary>
internal sealed class FakeKek(string id, Instant createdAt)
{
    public string Id => id;

    public string State { get; set; } = KekStates.Active;

    public long Wraps { get; set; }

    public KekResponse ToResponse() => new(Id, State, "mk_fake", createdAt, Wraps, 0);
}

/// <summary>An environment.</summary>
internal sealed class FakeEnvironment(FakeProject project, string id, string name, Instant createdAt)
{
    public FakeProject Project => project;

    public string Id => id;

    public string Name { get; set; } = name;

    public string Slug { get; } = Names.Slug(name);

    /// <summary>The last instant that was given to a change, or that the past was asked about.</summary>
    public long SettledTo { get; set; }

    /// <summary>All that there are or ever were.</summary>
    public List<FakeSecret> Ever { get; } = [];

    /// <summary>Those that are there, by key.</summary>
    public Dictionary<string, FakeSecret> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>The secrets as they are, or as they stood at an instant, by the bytes of their keys.</summary>
    public IEnumerable<FakeSight> At(Instant? at) => (at is { } instant
            ? Ever.Where(secret => secret.WasThereAt(instant)).Select(secret => new FakeSight(secret, secret.VersionAt(instant)))
            : Secrets.Values.Select(secret => new FakeSight(secret, secret.Current)))
        .OrderBy(sight => sight.Secret.Key, StringComparer.Ordinal);

    public EnvironmentResponse ToResponse() => new(Id, Name, Slug, createdAt);
}

/// <summary>A secret, or what is left of one.</summary>
internal sealed class FakeSecret(FakeEnvironment environment, string id, string key)
{
    public FakeEnvironment Environment => environment;

    public string Id => id;

    public string Key => key;

    public string Path { get; } = $"{environment.Project.Slug}/{environment.Slug}/{key}";

    public List<FakeVersion> Versions { get; } = [];

    public FakeVersion Current => Versions[^1];

    public Instant CreatedAt => Versions[0].CreatedAt;

    public Instant? DeletedAt { get; private set; }

    public string? DeletedBy { get; private set; }

    public bool WasThereAt(Instant at) => CreatedAt <= at && !(DeletedAt <= at);

    public FakeVersion VersionAt(Instant at) => Versions.Last(version => version.CreatedAt <= at);

    /// <summary>Leaves what happened to it and none of its values.</summary>
    public void Delete(Instant at, string by)
    {
        (DeletedAt, DeletedBy) = (at, by);
        environment.Secrets.Remove(key);
        for (var i = 0; i < Versions.Count; i++)
        {
            Versions[i] = Versions[i] with { Value = "" };
        }
    }

    public SecretResponse ToResponse() => new(
        Id, Key, Current.Number, CreatedAt, Current.CreatedAt, Environment.Project.Id, Environment.Id, Path);
}

/// <summary>A version of a secret, with its value in the clear.</summary>
internal sealed record FakeVersion(int Number, string Kind, string Value, Instant CreatedAt, string CreatedBy, string? Comment)
{
    public VersionResponse ToResponse() => new(Number, Kind, CreatedAt, CreatedBy, Comment);

    public override string ToString() => $"version {Number}";
}

/// <summary>A secret as it is or stood, with the version that was current.</summary>
internal readonly record struct FakeSight(FakeSecret Secret, FakeVersion Version)
{
    /// <summary>Whether its value is gone.</summary>
    public bool IsDeletedSince => Secret.DeletedAt is not null;

    public SecretSummary ToSummary() =>
        new(Secret.Id, Secret.Key, Version.Number, Secret.CreatedAt, Version.CreatedAt);
}

/// <summary>An API key or access key.</summary>
internal sealed class FakeCredential(string kind, string id, string name, string token, Instant createdAt)
{
    private const int PrefixLength = 16;

    public string Kind => kind;

    public string Id => id;

    public string Name { get; set; } = name;

    public string Token => token;

    public string Prefix { get; } = token[..PrefixLength];

    public Instant CreatedAt => createdAt;

    public Instant? ExpiresAt { get; set; }

    public FakeGrants Grants { get; set; } = FakeGrants.Everything;

    public Instant? LastUsedAt { get; set; }

    public Instant? RevokedAt { get; set; }

    public bool IsApiKey => kind == ActorTypes.ApiKey;

    public bool IsValidAt(Instant now) => RevokedAt is null && !(ExpiresAt <= now);

    public ApiKeyResponse ToApiKey() => new(Id, Name, Prefix, CreatedAt, LastUsedAt);

    public AccessKeyResponse ToAccessKey() => new(Id, Name, Prefix, CreatedAt, ExpiresAt, Grants.Grants, LastUsedAt, RevokedAt);
}
