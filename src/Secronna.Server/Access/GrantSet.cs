using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>
/// Says which actions a caller may do on which things of its workspace (S23): the grants of an access key, or everything. No
/// grants are no power (S32). The set is immutable, and its answers depend only on the grants and the question.
/// </summary>
internal sealed class GrantSet
{
    private readonly (SegmentPattern[] Segments, GrantActions Actions)[] rules;

    private GrantSet(IReadOnlyList<Grant> grants, bool isEverything = false)
    {
        Grants = grants;
        IsEverything = isEverything;
        rules =
        [
            .. grants.Select(grant => (
                grant.Path.Split('/').Select(segment => new SegmentPattern(segment)).ToArray(), ActionsOf(grant))),
        ];
        IsEverything = rules.Any(rule => rule.Actions == GrantActions.Any && rule.Segments.All(segment => segment.MatchesAll));
    }

    /// <summary>All actions in the whole workspace.</summary>
    public static GrantSet Everything { get; } = new([new Grant("*", GrantActionNames.All)]);

    /// <summary>The set of a caller that may do nothing anywhere.</summary>
    public static GrantSet Nothing { get; } = new([]);

    /// <summary>The grants in the form of the contract. Empty means nothing.</summary>
    public IReadOnlyList<Grant> Grants { get; }

    /// <summary>Whether all actions are granted in the whole workspace.</summary>
    public bool IsEverything { get; }

    /// <summary>The set of these grants. No grants are no power.</summary>
    public static GrantSet Of(IReadOnlyList<Grant> grants) => new(grants);

    /// <summary>
    /// Whether at least one of the actions is granted on the thing that the path names. For a project or an environment, a grant
    /// on it or on anything in it suffices. Keys and slugs are case-sensitive.
    /// </summary>
    public bool Allows(GrantActions actions, string project, string? environment = null, string? key = null)
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

    /// <summary>Whether each of the actions is granted on anything at all.</summary>
    public bool AllowsSomewhere(GrantActions actions) =>
        IsEverything || (rules.Aggregate(GrantActions.None, (all, rule) => all | rule.Actions) & actions) == actions;

    /// <summary>
    /// All actions that are granted on the thing that the path names. For a project or an environment, a grant on it or on
    /// anything in it counts.
    /// </summary>
    public GrantActions ActionsOn(string project, string? environment = null, string? key = null) => IsEverything
        ? GrantActions.Any
        : rules
            .Where(rule => Matches(rule.Segments, 0, project) && Matches(rule.Segments, 1, environment) && Matches(rule.Segments, 2, key))
            .Aggregate(GrantActions.None, (all, rule) => all | rule.Actions);

    /// <summary>
    /// The slugs of all projects in which anything is granted. <c>null</c> if everything is granted, or if a grant names its
    /// project with <c>*</c>.
    /// </summary>
    public IReadOnlyList<string>? OnlyProjects => rules.All(rule => rule.Segments[0].IsLiteral)
        ? [.. rules.Select(rule => rule.Segments[0].Prefix).Distinct(StringComparer.Ordinal)]
        : null;

    /// <summary>Whether an action is granted on every key of an environment, including keys that do not exist yet.</summary>
    public bool AllowsAllKeys(GrantActions action, string project, string environment) =>
        IsEverything || KeyPatternsIn(action, project, environment).Any(key => key is null or { MatchesAll: true });

    /// <summary>
    /// Ranges of keys, in order and without overlaps. They hold every key of an environment on which an action is granted, so
    /// rows outside them need not be read. A key inside a range is not necessarily granted.
    /// </summary>
    public IReadOnlyList<KeyRange> KeyRanges(GrantActions action, string project, string environment)
    {
        if (IsEverything)
        {
            return [KeyRange.Of(null)];
        }

        var ranges = new List<KeyRange>();
        foreach (var range in KeyPatternsIn(action, project, environment).Select(KeyRange.Of)
            .OrderBy(range => range.From, StringComparer.Ordinal)
            .ThenByDescending(range => range.Before, StringComparer.Ordinal))
        {
            // Ranges come from prefixes, so two ranges never overlap partly: they are disjoint, or one contains the other.
            if (ranges.Count == 0 || string.CompareOrdinal(range.From, ranges[^1].Before) >= 0)
            {
                ranges.Add(range);
            }
        }

        return ranges;
    }

    /// <summary>
    /// The grants that stay when a project, or an environment of it, is deleted. Grants whose path names the deleted thing
    /// without <c>*</c> are removed, so that they don't apply to a thing that gets the same slug later.
    /// </summary>
    /// <param name="grants">The grants before the deletion.</param>
    /// <param name="project">The slug of the project.</param>
    /// <param name="environment">The slug of the deleted environment; <c>null</c> if the project is deleted.</param>
    public static IReadOnlyList<Grant> RemoveGrantsNaming(IReadOnlyList<Grant> grants, string project, string? environment) =>
    [
        .. grants.Where(grant => grant.Path.Split('/') is var segments
            && !(segments[0] == project && (environment is null || (segments.Length > 1 && segments[1] == environment)))),
    ];

    // A segment that the grant's path lacks matches every name. If no name is given, the grant matches too: it applies to the
    // given project or environment or to something in it.
    private static bool Matches(SegmentPattern[] segments, int index, string? name) =>
        index >= segments.Length || name is null || segments[index].Matches(name);

    // The patterns of the keys on which an action is granted in an environment; null stands for all keys.
    private IEnumerable<SegmentPattern?> KeyPatternsIn(GrantActions action, string project, string environment) => rules
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
