using Secronna.Server.Access;
using Secronna.Storage.Engine;

namespace Secronna.Server.Vault;

/// <summary>Makes entries of the installation's own trail about master keys (S19).</summary>
internal static class MasterKeyRecord
{
    /// <summary>The entry's name when a rotation of the master key begins.</summary>
    public const string Started = "started";

    /// <summary>The entry's name when a rotation of the master key has ended.</summary>
    public const string Finished = "finished";

    public static AuditEntry Of(TimeProvider time, string action, string masterKeyId, string? name = null) =>
        AuditRecord.Of(Caller.Operator(AuditEntry.Installation), time, action) with { TargetId = masterKeyId, Name = name };
}
