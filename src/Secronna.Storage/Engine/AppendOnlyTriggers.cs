namespace Secronna.Storage.Engine;

/// <summary>
/// The triggers that refuse to change or remove an audit entry (S20). The search for damage checks on both engines that they
/// still exist.
/// </summary>
internal static class AppendOnlyTriggers
{
    public static IReadOnlyList<string> Names { get; } = ["audit_entries_keep", "audit_entries_stay"];
}
