namespace Secronna.Storage.Engine;

/// <summary>The triggers that refuse every change of an audit entry (S20). Both engines look whether they are still there.</summary>
internal static class AppendOnlyTriggers
{
    public static IReadOnlyList<string> Names { get; } = ["audit_entries_keep", "audit_entries_stay"];
}
