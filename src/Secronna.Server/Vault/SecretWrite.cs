using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Vault;

/// <summary>A value to write under a key. Whoever made it disposes it, which zeroes the value (S26).</summary>
internal sealed record SecretWrite(string Key, PinnedBuffer Value, int? ExpectedVersion, string? Comment) : IDisposable
{
    /// <summary>Of a rollback: the id of the secret whose earlier value it is. It is for no other under the same key.</summary>
    public string? RollsBack { get; init; }

    /// <summary>The operation that the write is part of.</summary>
    public Operation Operation => RollsBack is null ? Operations.WriteSecrets : Operations.RollBackSecret;

    /// <summary>The kind of the version.</summary>
    public string Kind => RollsBack is null ? VersionKinds.Written : VersionKinds.RolledBack;

    /// <summary>Whether it may follow this state of its key; null is a key that is not there.</summary>
    public bool IsFor((string Id, int CurrentVersion)? current) => RollsBack is null || RollsBack == current?.Id;

    public void Dispose() => Value.Dispose();
}
