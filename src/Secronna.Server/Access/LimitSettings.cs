namespace Secronna.Server.Access;

/// <summary>The limits of S29, which an operator may lower, and the rate limits.</summary>
internal sealed class LimitSettings
{
    /// <summary>How many requests a credential may make per minute, of any kind; 0 means no limit.</summary>
    public int RequestsPerMinute { get; set; } = 120_000;

    /// <summary>How many requests all credentials of a workspace may make per minute; 0 means no limit.</summary>
    public int RequestsPerMinutePerWorkspace { get; set; } = 480_000;

    /// <summary>How many values may be revealed to a credential per minute; 0 means no limit.</summary>
    public int RevealsPerMinute { get; set; } = 60_000;

    /// <summary>How many values may be revealed to all credentials of a workspace per minute; 0 means no limit.</summary>
    public int RevealsPerMinutePerWorkspace { get; set; } = 240_000;

    /// <summary>How many versions and other rows a credential may write per minute; 0 means no limit.</summary>
    public int WritesPerMinute { get; set; } = 60_000;

    /// <summary>How many versions and other rows a workspace may write per minute; 0 means no limit.</summary>
    public int WritesPerMinutePerWorkspace { get; set; } = 240_000;

    /// <summary>How many bytes a credential may write per minute; 0 means no limit.</summary>
    public long WriteBytesPerMinute { get; set; } = 128L << 20;

    /// <summary>How many bytes a workspace may write per minute; 0 means no limit.</summary>
    public long WriteBytesPerMinutePerWorkspace { get; set; } = 512L << 20;

    /// <summary>How many bytes of ciphertexts and wrapped keys a workspace may store; 0 means no limit.</summary>
    public long StoredBytesPerWorkspace { get; set; } = 10L << 30;

    /// <summary>How many authentications may fail per minute from one address on each node; 0 means no limit.</summary>
    public int FailedAuthenticationsPerMinute { get; set; } = 60;

    /// <summary>
    /// How many refusals of a credential are told apart per minute on each node, each with an entry of its own; 0 means no limit.
    /// </summary>
    public int RefusalsPerMinute { get; set; } = 600;

    /// <summary>The percentage of memory and of heavy requests that one credential may hold at once; 0 means no limit.</summary>
    public int CredentialShare { get; set; } = 25;

    /// <summary>The percentage of memory and of heavy requests that one workspace may hold at once; 0 means no limit.</summary>
    public int WorkspaceShare { get; set; } = 50;

    /// <summary>How many requests a credential may have in hand at once on each node; 0 means no limit.</summary>
    public int RequestsAtOnce { get; set; } = 512;

    /// <summary>
    /// How many heavy requests run at once on each node. 0 means as many as the database's connections allow. More than the
    /// processors can run would only delay each other, and everybody else.
    /// </summary>
    public int ReadsAtOnce { get; set; } = 2 * Environment.ProcessorCount;

    /// <summary>The seconds in which an answer must be wholly sent; 0 means no limit.</summary>
    public int RevealSeconds { get; set; } = 30;

    /// <summary>The size of a value, in bytes of UTF-8.</summary>
    public int ValueBytes { get; set; } = Protocol.Limits.ValueBytes;

    /// <summary>The length of a name, in characters.</summary>
    public int NameLength { get; set; } = Protocol.Limits.NameLength;

    /// <summary>The length of a comment, in characters.</summary>
    public int CommentLength { get; set; } = Protocol.Limits.CommentLength;

    /// <summary>Keys in one batch write.</summary>
    public int BatchKeys { get; set; } = Protocol.Limits.BatchKeys;

    /// <summary>Credentials of a workspace that are not revoked.</summary>
    public int Credentials { get; set; } = Protocol.Limits.Credentials;

    /// <summary>Keys in one environment.</summary>
    public int EnvironmentKeys { get; set; } = Protocol.Limits.EnvironmentKeys;

    /// <summary>The size of all values in one answer, in bytes.</summary>
    public int RevealBytes { get; set; } = Protocol.Limits.RevealBytes;

    /// <summary>The size of all values that one restore brings back, in bytes.</summary>
    public int RestoreBytes { get; set; } = Protocol.Limits.RestoreBytes;

    /// <summary>The size of a request body, in bytes.</summary>
    public int BodyBytes { get; set; } = Protocol.Limits.BodyBytes;

    /// <summary>The size of the body of a batch write, in bytes.</summary>
    public int BatchBodyBytes { get; set; } = Protocol.Limits.BatchBodyBytes;
}
