namespace Secronna.Storage.Engine;

/// <summary>
/// The triggers that stop every change and removal of an audit entry (S20). On both engines, the search for damage checks that
/// the triggers exist.
/// </summary>
internal static class AppendOnlyTriggers
{
    public static IReadOnlyList<string> Names { get; } = ["trail_segments_keep", "trail_segments_stay"];
}
