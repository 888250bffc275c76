using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>A version of a secret, with its value in the clear.</summary>
internal sealed record FakeSecretVersion(int Number, string Kind, string Value, Instant CreatedAt, string CreatedBy, string? Comment)
{
    public VersionResponse ToResponse() => new(Number, Kind, CreatedAt, CreatedBy, Comment);

    /// <summary>Shows the number, never the value.</summary>
    public override string ToString() => $"version {Number}";
}

/// <summary>A secret with the version that is current, or was current at an instant.</summary>
internal readonly record struct FakeSecretSnapshot(FakeSecret Secret, FakeSecretVersion Version)
{
    /// <summary>Whether the secret was deleted after the instant. Its value no longer exists then.</summary>
    public bool IsDeletedSince => Secret.DeletedAt is not null;

    public SecretSummary ToSummary() =>
        new(Secret.Id, Secret.Key, Version.Number, Secret.CreatedAt, Version.CreatedAt);
}
