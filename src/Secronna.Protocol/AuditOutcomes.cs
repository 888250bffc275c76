namespace Secronna.Protocol;

/// <summary>How an audited operation ended (S17, S19).</summary>
public static class AuditOutcomes
{
    /// <summary>Done.</summary>
    public const string Success = "success";

    /// <summary>Refused, or aimed at what does not exist for the caller.</summary>
    public const string Denied = "denied";

    /// <summary>Allowed, and then it broke.</summary>
    public const string Failed = "failed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Success, Denied, Failed];
}
