using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>What a write will most likely do, as read before its transaction.</summary>
internal sealed record WritePlan(
    EnvironmentRow Environment, KekRow Kek, IReadOnlyList<PlannedVersion> Versions, Idempotency? Idempotency);

/// <summary>What a write did, and when.</summary>
/// <param name="Change">The change of the environment.</param>
/// <param name="Written">What it wrote, or what the request that it repeats wrote.</param>
/// <param name="Count">How many versions it minted.</param>
internal sealed record WriteDone(EnvironmentChange Change, IReadOnlyList<WrittenResponse> Written, int Count);

/// <summary>One version to mint, sealed for the secret and number that it will most likely get.</summary>
internal sealed class PlannedVersion(SecretWrite write, string secretId, int version)
{
    private SealedVersion? boxes;

    public SecretWrite Write { get; } = write;

    public string SecretId { get; private set; } = secretId;

    public int Version { get; private set; } = version;

    /// <summary>Whether it was sealed within a transaction; that wrap must be counted there, also when it runs again.</summary>
    public bool WasMoved { get; private set; }

    /// <summary>Whether it is what comes after this state of its key; null is a key that is not there.</summary>
    public bool IsNextOf((string Id, int CurrentVersion)? current) => current is { } secret
        ? SecretId == secret.Id && Version == secret.CurrentVersion + 1
        : Version == 1;

    public void MoveTo(string secretId, int version) => (SecretId, Version, WasMoved) = (secretId, version, true);

    public void Seal(LeasedKek kek, EnvironmentRow environment) =>
        boxes = kek.Seal(environment, SecretId, Version, Write.Value.Span);

    public NewVersion ToRow(LeasedKek kek, Caller caller) =>
        new(SecretId, Write.Key, Version, kek.Id, boxes!.WrappedDataKey, boxes.Ciphertext, Write.Kind, caller.ActorId, Write.Comment);
}
