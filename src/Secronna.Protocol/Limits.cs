namespace Secronna.Protocol;

/// <summary>The limits of rule S29 that clients and servers share. A server may be configured with lower limits.</summary>
public static class Limits
{
    /// <summary>Characters of an <c>Idempotency-Key</c>, at most.</summary>
    public const int IdempotencyKeyLength = 255;

    /// <summary>Characters of a secret's key, at most.</summary>
    public const int KeyLength = 256;

    /// <summary>Bytes of a value in UTF-8, at most.</summary>
    public const int ValueBytes = 65_536;

    /// <summary>Characters of a name of a project, environment or key, at most.</summary>
    public const int NameLength = 120;

    /// <summary>Characters of a comment, at most.</summary>
    public const int CommentLength = 1_000;

    /// <summary>Characters of the reason that a request gives, at most.</summary>
    public const int ReasonLength = 500;

    /// <summary>Writes of one batch, at most.</summary>
    public const int BatchKeys = 500;

    /// <summary>Secrets of one environment, at most.</summary>
    public const int EnvironmentKeys = 5_000;

    /// <summary>Credentials of a workspace that are not revoked.</summary>
    public const int Credentials = 10_000;

    /// <summary>Bytes in UTF-8 of all values of one reveal, at most.</summary>
    public const int RevealBytes = 16 * 1024 * 1024;

    /// <summary>Bytes in UTF-8 of all values that one restore brings back, at most.</summary>
    public const int RestoreBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of a request's body, at most; batches have their own limit.</summary>
    public const int BodyBytes = 512 * 1024;

    /// <summary>Bytes of a batch's body, at most.</summary>
    public const int BatchBodyBytes = 4 * 1024 * 1024;

    /// <summary>Levels of nested JSON in a body, at most.</summary>
    public const int JsonDepth = 8;

    /// <summary>Items of most lists where the request names neither a limit nor a cursor.</summary>
    public const int UnpagedItems = 5_000;

    /// <summary>Items of a list's page, at most, where the request names a limit or a cursor.</summary>
    public const int PageMaximum = 500;

    /// <summary>Items of a page of a history where the request names no limit.</summary>
    public const int HistoryPageDefault = 100;

    /// <summary>Entries of a page of the audit trail where the request names no limit.</summary>
    public const int AuditPageDefault = 50;

    /// <summary>Entries of a page of the audit trail, at most.</summary>
    public const int AuditPageMaximum = 1_000;

    /// <summary>Days until a key expires, at most.</summary>
    public const int ExpiryDays = 3_650;

    /// <summary>Credentials in the answer that says what a key made, at most.</summary>
    public const int MadeCredentials = 5_000;

    /// <summary>Grants of one access key, at most.</summary>
    public const int Grants = 100;

    /// <summary>Characters of the paths of one access key's grants together, at most.</summary>
    public const int GrantsLength = 8_192;

    /// <summary>Characters of a grant's path, at most: two slugs, a key and the separators.</summary>
    public const int GrantPathLength = (2 * NameLength) + KeyLength + 2;

    /// <summary>Characters of an actor's id, at most (the <c>sub</c> of OpenID Connect Core 1.0, section 2).</summary>
    public const int ActorIdLength = 255;

    /// <summary>Characters of a workspace's id, at most.</summary>
    public const int WorkspaceIdLength = 64;
}
