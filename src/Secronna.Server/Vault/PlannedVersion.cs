using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Server.Access;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>A version to mint, sealed for the secret and the number that it will most likely get (S6).</summary>
internal sealed class PlannedVersion(ValueToWrite write, string secretId, int version)
{
    private SealedVersion? boxes;

    public ValueToWrite Write { get; } = write;

    public string SecretId { get; private set; } = secretId;

    public int Version { get; private set; } = version;

    /// <summary>
    /// Whether the transaction gave the version another secret or number. The version is then sealed again, which takes one more
    /// wrap. The transaction reserves that wrap, and reserves it again if it is undone and run again.
    /// </summary>
    public bool WasRenumbered { get; private set; }

    /// <summary>
    /// Whether the version is the next one after this state of its key; <c>null</c> means that there is no such key.
    /// </summary>
    public bool IsNextAfter((string Id, int CurrentVersion)? current) => current is { } secret
        ? SecretId == secret.Id && Version == secret.CurrentVersion + 1
        : Version == 1;

    /// <summary>Changes the secret and the number of the version, which must then be sealed again.</summary>
    public void Renumber(string secretId, int version) => (SecretId, Version, WasRenumbered) = (secretId, version, true);

    /// <summary>Seals the value for the secret and the number, under a new data key (S4).</summary>
    public void Seal(LeasedKek kek, EnvironmentRow environment) =>
        boxes = kek.Seal(environment, SecretId, Write.Key, Version, Write.Value.Span);

    /// <summary>The row of the version, which must have been sealed under this KEK.</summary>
    public NewVersion ToRow(LeasedKek kek, Caller caller) =>
        new(SecretId, Write.Key, Version, kek.Id, boxes!.WrappedDataKey, boxes.Ciphertext, Write.Kind, caller.ActorId, Write.Comment);

    /// <summary>The audit entry of the write.</summary>
    public TrailEntry ToAuditEntry(Caller caller, TimeProvider time, EnvironmentRow environment) =>
        AuditRecord.Of(caller, time, Write.Operation) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            SecretId = SecretId,
            Key = Write.Key,
            Path = $"{environment.ProjectSlug}/{environment.Slug}/{Write.Key}",
            Version = Version,
            BoxHash = boxes is null ? null : BoxHash.Of(boxes.Ciphertext),
        };
}
