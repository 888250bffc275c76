namespace Secronna.Protocol;

/// <summary>The outcomes of audited operations (S17, S19).</summary>
public static class AuditOutcomes
{
    /// <summary>The operation succeeded.</summary>
    public const string Success = "success";

    /// <summary>The operation was refused, or names something that does not exist for the caller.</summary>
    public const string Denied = "denied";

    /// <summary>The operation was allowed and then failed.</summary>
    public const string Failed = "failed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Success, Denied, Failed];
}
