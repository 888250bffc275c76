using Secronna.Crypto.Trail;
using Secronna.Server.Access;

namespace Secronna.Server.Vault;

/// <summary>Makes entries about master keys for the installation's own trail (S19).</summary>
internal static class MasterKeyRecord
{
    /// <summary>The name in the entry about the start of a rotation of the master key.</summary>
    public const string Started = "started";

    /// <summary>The name in the entry about the end of a rotation of the master key.</summary>
    public const string Finished = "finished";

    /// <summary>An entry about a master key.</summary>
    public static TrailEntry Of(TimeProvider time, string action, string masterKeyId, string? name = null) =>
        AuditRecord.Of(Caller.Operator(TrailEntry.Installation), time, action) with { TargetId = masterKeyId, Name = name };
}
