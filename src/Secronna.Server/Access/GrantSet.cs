using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>What can be granted, as a set.</summary>
[Flags]
internal enum GrantActions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See that a secret is there, and its versions.</summary>
    List = 1,

    /// <summary>Read values back.</summary>
    Reveal = 2,

    /// <summary>Mint versions.</summary>
    Write = 4,

    /// <summary>Delete secrets.</summary>
    Delete = 8,

    /// <summary>Whichever: what makes a project or an environment show.</summary>
    Any = List | Reveal | Write | Delete,
}

/// <summary>
/// What a caller may do where in its workspace, by its grants: those of an access key, or everything. It never changes, and
/// what it says depends on nothing but itself and what it is asked.
/// </summary>
internal sealed class GrantSet
{
    private readonly (SegmentPattern[] Segments, GrantActions Actions)[] rules;

    private GrantSet(IReadOnlyList<Grant> grants)
    {
        Grants = grants;
        rules =
        [
            .. grants.Select(grant => (
                grant.Path.Split('/').Select(segment => new SegmentPattern(segment)).ToArray(), ActionsOf(grant))),
        ];
    }

    /// <summary>No grants: all actions in the whole workspace.</summary>
    public static GrantSet Everything { get; } = new([]);

    /// <summary>As the contract has them; empty is everything.</summary>
    public IReadOnlyList<Grant> Grants { get; }

    public bool IsEverything => rules.Length == 0;

    public static GrantSet Of(IReadOnlyList<Grant> grants) => grants.Count == 0 ? Everything : new GrantSet(grants);

    /// <summary>
    /// Whether any of the actions is granted on what the path names; where it ends before the key, on anything at or
    /// below it. Keys and slugs are told apart by case.
    /// </summary>
    public bool Allow(GrantActions actions, string project, string? environment = null, string? key = null)
    {
        if (IsEverything)
        {
            return true;
        }

        foreach (var (segments, granted) in rules)
        {
            if ((granted & actions) != 0
                && Matches(segments, 0, project) && Matches(segments, 1, environment) && Matches(segments, 2, key))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The only projects' slugs that anything is granted in; null where that can't be said by name.</summary>
    public IReadOnlyList<string>? OnlyProjects => !IsEverything && rules.All(rule => rule.Segments[0].IsLiteral)
        ? [.. rules.Select(rule => rule.Segments[0].Prefix).Distinct(StringComparer.Ordinal)]
        : null;

    /// <summary>Whether an action is granted on every key of an environment, those to come included.</summary>
    public bool AllowAllKeys(GrantActions action, string project, string environment) =>
        IsEverything || OfEnvironment(action, project, environment).Any(key => key is null or { MatchesAll: true });

    /// <summary>
    /// Where among the keys of an environment, in their order, those are that an action may be granted on: so that what is
    /// outside need not be read.
    /// </summary>
    public IReadOnlyList<KeyRange> KeyRanges(GrantActions action, string project, string environment)
    {
        if (IsEverything)
        {
            return [KeyRange.Of(null)];
        }

        var ranges = new List<KeyRange>();
        foreach (var range in OfEnvironment(action, project, environment).Select(KeyRange.Of)
            .OrderBy(range => range.From, StringComparer.Ordinal)
            .ThenByDescending(range => range.Before, StringComparer.Ordinal))
        {
            // Two ranges lie apart or one in the other.
            if (ranges.Count == 0 || string.CompareOrdinal(range.From, ranges[^1].Before) >= 0)
            {
                ranges.Add(range);
            }
        }

        return ranges;
    }

    /// <summary>
    /// The grants that are left when a project, or one environment of it, is deleted: without those whose path names it
    /// literally, so that one made later under the same slug is not granted by them.
    /// </summary>
    public static IReadOnlyList<Grant> Without(IReadOnlyList<Grant> grants, string project, string? environment) =>
    [
        .. grants.Where(grant => grant.Path.Split('/') is var segments
            && !(segments[0] == project && (environment is null || (segments.Length > 1 && segments[1] == environment)))),
    ];

    // A missing segment of the grant matches all, and one that isn't asked for is matched by something below.
    private static bool Matches(SegmentPattern[] segments, int index, string? name) =>
        index >= segments.Length || name is null || segments[index].Matches(name);

    // The patterns of keys, null for all, that are granted in an environment.
    private IEnumerable<SegmentPattern?> OfEnvironment(GrantActions action, string project, string environment) => rules
        .Where(rule => (rule.Actions & action) != 0
            && Matches(rule.Segments, 0, project) && Matches(rule.Segments, 1, environment))
        .Select(rule => rule.Segments.ElementAtOrDefault(2));

    private static GrantActions ActionsOf(Grant grant) => grant.Actions.Aggregate(GrantActions.None, (set, name) => set | name switch
    {
        GrantActionNames.List => GrantActions.List,
        GrantActionNames.Reveal => GrantActions.Reveal,
        GrantActionNames.Write => GrantActions.Write,
        GrantActionNames.Delete => GrantActions.Delete,
        _ => GrantActions.None,
    });
}
