using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>A version of a secret, with its value in the clear.</summary>
internal sealed record FakeSecretVersion(int Number, string Kind, string Value, Instant CreatedAt, string CreatedBy, string? Comment)
{
    /// <summary>When the version alone was destroyed; <c>null</c> if it was not.</summary>
    public Instant? DestroyedAt { get; init; }

    public string? DestroyedBy { get; init; }

    public VersionResponse ToResponse() => new(Number, Kind, CreatedAt, CreatedBy, Comment, DestroyedAt is null ? null : true);

    /// <summary>Shows the number, never the value.</summary>
    public override string ToString() => $"version {Number}";
}

/// <summary>A secret with the version that is current, or was current at an instant.</summary>
internal readonly record struct FakeSecretSnapshot(FakeSecret Secret, FakeSecretVersion Version)
{
    /// <summary>
    /// Whether the secret was deleted, or the version destroyed, after the instant. The value no longer exists then.
    /// </summary>
    public bool IsUnrecoverable => Secret.DeletedAt is not null || Version.DestroyedAt is not null;

    public SecretSummary ToSummary() =>
        new(Secret.Id, Secret.Key, Version.Number, Secret.CreatedAt, Version.CreatedAt);
}
