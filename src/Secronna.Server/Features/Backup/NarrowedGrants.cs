using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Features.Backup;

/// <summary>Finds the power that two lists of grants have in common.</summary>
internal static class NarrowedGrants
{
    private const int Segments = 3;

    /// <summary>
    /// The grants that both lists give. Where two paths overlap and neither covers the other, their common part is left out. So the
    /// result never gives more than either list.
    /// </summary>
    public static IReadOnlyList<Grant> Of(IReadOnlyList<Grant> one, IReadOnlyList<Grant> other) =>
    [
        .. one.SelectMany(_ => other, Common).OfType<Grant>().DistinctBy(grant => (grant.Path, string.Join(',', grant.Actions))),
    ];

    private static Grant? Common(Grant one, Grant other)
    {
        var path = Covers(one.Path, other.Path) ? other.Path : Covers(other.Path, one.Path) ? one.Path : null;
        var actions = one.Actions.Intersect(other.Actions).ToList();
        return path is null || actions.Count == 0 ? null : new Grant(path, actions);
    }

    // Read as a name, a pattern's star is matched by another pattern's star alone.
    private static bool Covers(string wide, string narrow) => SegmentsOf(wide).Zip(SegmentsOf(narrow))
        .All(pair => new SegmentPattern(pair.First).Matches(pair.Second));

    private static IEnumerable<string> SegmentsOf(string path) => path.Split('/').Concat(Enumerable.Repeat("*", Segments)).Take(Segments);
}
