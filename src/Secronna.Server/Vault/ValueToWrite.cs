using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>A value to write under a key. Its creator disposes it, which zeroes the value (S26).</summary>
/// <param name="Key">The key of the secret.</param>
/// <param name="Value">The value.</param>
/// <param name="ExpectedVersion">
/// The current version that the caller requires, 0 for a key that does not exist; <c>null</c> requires nothing.
/// </param>
/// <param name="Comment">The comment of the version.</param>
internal sealed record ValueToWrite(string Key, PinnedBuffer Value, int? ExpectedVersion, string? Comment) : IDisposable
{
    /// <summary>
    /// For a rollback, the version whose value this is. The value must not go to another secret that has the same key by now, and
    /// not be brought back once that version is destroyed (S15). <c>null</c> for any other write.
    /// </summary>
    public VersionId? RolledBack { get; init; }

    /// <summary>The operation that the write is part of.</summary>
    public Operation Operation => RolledBack is null ? Operations.WriteSecrets : Operations.RollBackSecret;

    /// <summary>The kind of the version (<see cref="VersionKinds"/>).</summary>
    public string Kind => RolledBack is null ? VersionKinds.Written : VersionKinds.RolledBack;

    /// <summary>Whether the write is possible after this state of its key; <c>null</c> means that there is no such key.</summary>
    public async ValueTask<bool> MayFollowAsync(Session session, (string Id, int CurrentVersion)? current) =>
        RolledBack is not { } source
        || (source.SecretId == current?.Id && await VersionTable.IsDestroyedAsync(session, source.SecretId, source.Version) == false);

    public void Dispose() => Value.Dispose();
}
