namespace Secronna.Protocol;

/// <summary>The limits of rule S29, as both sides know them. A server may be set to lower ones.</summary>
public static class Limits
{
    /// <summary>Characters of an <c>Idempotency-Key</c>.</summary>
    public const int IdempotencyKeyLength = 255;

    /// <summary>Characters of a secret's key.</summary>
    public const int KeyLength = 256;

    /// <summary>Bytes of a value in UTF-8.</summary>
    public const int ValueBytes = 65_536;

    /// <summary>Characters of a name.</summary>
    public const int NameLength = 120;

    /// <summary>Characters of a comment.</summary>
    public const int CommentLength = 1_000;

    /// <summary>Keys of one batch.</summary>
    public const int BatchKeys = 500;

    /// <summary>Keys of one environment.</summary>
    public const int EnvironmentKeys = 5_000;

    /// <summary>Bytes of all values of one reveal.</summary>
    public const int RevealBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of all values that one restore brings back.</summary>
    public const int RestoreBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of a request's body.</summary>
    public const int BodyBytes = 512 * 1024;

    /// <summary>Bytes of a batch's body.</summary>
    public const int BatchBodyBytes = 4 * 1024 * 1024;

    /// <summary>Depth of nested JSON.</summary>
    public const int JsonDepth = 8;

    /// <summary>Entries of a list's page unless asked otherwise.</summary>
    public const int PageDefault = 100;

    /// <summary>Entries of a list's page at most.</summary>
    public const int PageMaximum = 500;

    /// <summary>Entries of a page of the audit trail unless asked otherwise.</summary>
    public const int AuditPageDefault = 50;

    /// <summary>Entries of a page of the audit trail at most.</summary>
    public const int AuditPageMaximum = 1_000;

    /// <summary>Days until an access key expires, at most.</summary>
    public const int ExpiryDays = 3_650;

    /// <summary>Grants of one access key.</summary>
    public const int Grants = 100;

    /// <summary>Characters of all paths of one access key's grants.</summary>
    public const int GrantsLength = 8_192;

    /// <summary>Characters of a grant's path.</summary>
    public const int GrantPathLength = (2 * NameLength) + KeyLength + 2;

    /// <summary>Characters of an actor's id, as the identity provider gives it (OpenID Connect Core 1.0, section 2).</summary>
    public const int ActorIdLength = 255;

    /// <summary>Characters of a workspace's id.</summary>
    public const int WorkspaceIdLength = 64;
}
