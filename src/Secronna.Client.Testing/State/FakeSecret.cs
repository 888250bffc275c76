using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>A secret with its versions. After its deletion the versions stay, without their values.</summary>
internal sealed class FakeSecret(FakeEnvironment environment, string id, string key)
{
    public FakeEnvironment Environment => environment;

    public string Id => id;

    public string Key => key;

    public string Path { get; } = $"{environment.Project.Slug}/{environment.Slug}/{key}";

    /// <summary>The versions, oldest first. Version n is at index n − 1.</summary>
    public List<FakeSecretVersion> Versions { get; } = [];

    public FakeSecretVersion Current => Versions[^1];

    public Instant CreatedAt => Versions[0].CreatedAt;

    public Instant? DeletedAt { get; private set; }

    public string? DeletedBy { get; private set; }

    public bool ExistedAt(Instant at) => CreatedAt <= at && !(DeletedAt <= at);

    /// <summary>The version that was current at an instant at which the secret existed.</summary>
    public FakeSecretVersion VersionAt(Instant at) => Versions.Last(version => version.CreatedAt <= at);

    public void Delete(Instant at, string by)
    {
        (DeletedAt, DeletedBy) = (at, by);
        environment.Secrets.Remove(key);
        for (var i = 0; i < Versions.Count; i++)
        {
            Versions[i] = Versions[i] with { Value = "" };
        }
    }

    public void Destroy(int number, Instant at, string by) => Versions[number - 1] =
        Versions[number - 1] with { Value = "", DestroyedAt = at, DestroyedBy = by };

    public SecretResponse ToResponse() => new(
        Id, Key, Current.Number, CreatedAt, Current.CreatedAt, Environment.Project.Id, Environment.Id, Path);
}
