using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>What a credential may do where.</summary>
/// <param name="Grants">As the contract has them; none is everything.</param>
internal sealed record FakeGrants(IReadOnlyList<Grant> Grants)
{
    public static FakeGrants Everything { get; } = new([]);

    /// <summary>
    /// Whether one of the actions is granted on what is named; where that ends before the key, on anything below it.
    /// </summary>
    public bool Allow(IReadOnlyList<string> actions, string project, string? environment = null, string? key = null) =>
        Grants.Count == 0 || Grants.Any(grant =>
            grant.Actions.Any(actions.Contains) && grant.Path.Split('/') is var segments
            && Matches(segments, 0, project) && Matches(segments, 1, environment) && Matches(segments, 2, key));

    /// <summary>Without those that name a deleted project or environment literally: one made later under its slug is not theirs.</summary>
    public FakeGrants Without(string project, string? environment) => new(
    [
        .. Grants.Where(grant => grant.Path.Split('/') is var segments
            && !(segments[0] == project && (environment is null || segments.ElementAtOrDefault(1) == environment))),
    ]);

    private static bool Matches(string[] segments, int index, string? name) =>
        index >= segments.Length || name is null || Matches(segments[index], name);

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return name.SequenceEqual(pattern);
        }

        if (!name.StartsWith(pattern[..star]))
        {
            return false;
        }

        for (var taken = star; taken <= name.Length; taken++)
        {
            if (Matches(pattern[(star + 1)..], name[taken..]))
            {
                return true;
            }
        }

        return false;
    }
}
