namespace Secronna.Crypto;

/// <summary>
/// Says where a wrapped key belongs (S6). A master key wraps either the KEK of a project or the installation key. Ids are 1 to
/// 128 bytes of UTF-8; wrapping refuses any other id. The default value names nothing and is refused too.
/// </summary>
public readonly record struct MasterKeyBinding
{
    private MasterKeyBinding(string masterKeyId, bool isInstallationKey)
    {
        MasterKeyId = masterKeyId;
        IsInstallationKey = isInstallationKey;
    }

    /// <summary>The id of the master key that wraps the key.</summary>
    public string MasterKeyId { get; }

    /// <summary>True for the installation key, false for a KEK.</summary>
    public bool IsInstallationKey { get; }

    /// <summary>The workspace of the KEK; null for the installation key.</summary>
    public string? WorkspaceId { get; private init; }

    /// <summary>The project of the KEK; null for the installation key.</summary>
    public string? ProjectId { get; private init; }

    /// <summary>The id of the KEK; null for the installation key.</summary>
    public string? KekId { get; private init; }

    /// <summary>The binding of a project's KEK (S3).</summary>
    public static MasterKeyBinding ForKek(string workspaceId, string projectId, string kekId, string masterKeyId) =>
        new(masterKeyId, isInstallationKey: false)
        {
            WorkspaceId = workspaceId,
            ProjectId = projectId,
            KekId = kekId,
        };

    /// <summary>The binding of the installation key (S2).</summary>
    public static MasterKeyBinding ForInstallationKey(string masterKeyId) => new(masterKeyId, isInstallationKey: true);
}
