namespace Secronna.Server.Access;

/// <summary>The limits of S29, which may be lowered, and the rates.</summary>
internal sealed class LimitSettings
{
    /// <summary>Values per minute, per credential and node; 0 is off.</summary>
    public int RevealsPerMinute { get; set; } = 60_000;

    /// <summary>Per minute and address; 0 is off.</summary>
    public int FailedAuthenticationsPerMinute { get; set; } = 60;

    public int ValueBytes { get; set; } = Protocol.Limits.ValueBytes;

    public int NameLength { get; set; } = Protocol.Limits.NameLength;

    public int CommentLength { get; set; } = Protocol.Limits.CommentLength;

    public int BatchKeys { get; set; } = Protocol.Limits.BatchKeys;

    public int EnvironmentKeys { get; set; } = Protocol.Limits.EnvironmentKeys;

    public int RevealBytes { get; set; } = Protocol.Limits.RevealBytes;

    public int RestoreBytes { get; set; } = Protocol.Limits.RestoreBytes;

    public int BodyBytes { get; set; } = Protocol.Limits.BodyBytes;

    public int BatchBodyBytes { get; set; } = Protocol.Limits.BatchBodyBytes;
}
