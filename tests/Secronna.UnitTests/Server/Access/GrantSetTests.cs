using CsCheck;
using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>What grants allow (S23), compared with a matcher that is simple enough to be evidently correct.</summary>
public sealed class GrantSetTests
{
    private const int Longest = 3;

    private static readonly GrantActions[] Single =
        [GrantActions.List, GrantActions.Reveal, GrantActions.Write, GrantActions.Delete];

    // All names up to the length of the patterns: a pattern that matches any name also matches one of these.
    private static readonly string[] Slugs = [.. Words("ab")];
    private static readonly string[] Keys = [.. Words("aA")];

    private static readonly Gen<IReadOnlyList<string>> Actions =
        Gen.Int[1, 15].Select(set => (IReadOnlyList<string>)[.. GrantActionNames.All.Where((_, i) => (set & (1 << i)) != 0)]);

    private static readonly Gen<Grant> AnyGrant = Gen.Select(
        Gen.Int[1, 3], Pattern("ab*"), Pattern("ab*"), Pattern("aA*"), Actions,
        (count, project, environment, key, actions) =>
            new Grant(string.Join('/', new[] { project, environment, key }.Take(count)), actions));

    private static readonly Gen<Grant[]> AnyGrants = AnyGrant.Array[1, 4];

    private static readonly Gen<(string Project, string Environment, string Key)> AnyPath = Gen.Select(
        Gen.Int[0, Slugs.Length - 1], Gen.Int[0, Slugs.Length - 1], Gen.Int[0, Keys.Length - 1],
        (project, environment, key) => (Slugs[project], Slugs[environment], Keys[key]));

    [Fact]
    public void A_caller_with_nothing_may_do_nothing_anywhere()
    {
        var nothing = GrantSet.Nothing;
        Assert.False(nothing.IsEverything);
        Assert.Equal([], nothing.OnlyProjects!);
        Assert.All(Single, action =>
        {
            Assert.False(nothing.Allows(action, "a"));
            Assert.False(nothing.Allows(action, "a", "b", "A"));
            Assert.False(nothing.AllowsAllKeys(action, "a", "b"));
            Assert.Empty(nothing.KeyRanges(action, "a", "b"));
        });
    }

    [Fact]
    public void Key_ranges_are_in_order_without_overlaps_and_hold_every_granted_key() => Gen.Select(AnyGrants, AnyPath).Sample((grants, path) =>
    {
        var set = GrantSet.Of(grants);
        foreach (var action in Single)
        {
            var ranges = set.KeyRanges(action, path.Project, path.Environment);
            for (var i = 1; i < ranges.Count; i++)
            {
                Assert.True(string.CompareOrdinal(ranges[i - 1].Before, ranges[i].From) <= 0);
            }

            foreach (var key in Keys.Where(key => set.Allows(action, path.Project, path.Environment, key)))
            {
                Assert.Single(ranges, range => string.CompareOrdinal(range.From, key) <= 0 && string.CompareOrdinal(key, range.Before) < 0);
            }

            Assert.True(!set.AllowsAllKeys(action, path.Project, path.Environment)
                || Keys.All(key => set.Allows(action, path.Project, path.Environment, key)));
        }
    });

    [Theory]
    [InlineData("web/production/DB_*", "DB_", "DB_~")]
    [InlineData("web/production/DB_URL", "DB_URL", "DB_URL ")]
    [InlineData("*/production", "", "~")]
    [InlineData("web/production/*_URL", "", "~")]
    public void A_key_range_is_as_narrow_as_the_text_before_the_first_star(string path, string from, string before) =>
        Assert.Equal(
            new KeyRange(from, before),
            Assert.Single(GrantSet.Of([new Grant(path, ["list"])]).KeyRanges(GrantActions.List, "web", "production")));

    [Fact]
    public void OnlyProjects_lists_the_projects_if_every_grant_names_its_project_without_a_star()
    {
        Assert.Equal(["web", "api"], GrantSet.Of([new("web", ["list"]), new("api/x", ["write"]), new("web/y", ["list"])]).OnlyProjects!);
        Assert.Null(GrantSet.Of([new("web", ["list"]), new("a*", ["write"])]).OnlyProjects);
        Assert.Null(GrantSet.Everything.OnlyProjects);
    }

    [Fact]
    public void No_grants_are_no_power()
    {
        var nothing = GrantSet.Of([]);

        Assert.False(nothing.IsEverything);
        Assert.False(nothing.Allows(GrantActions.Any, "web"));
        Assert.False(nothing.Allows(GrantActions.Any, "web", "production", "KEY"));
        Assert.False(nothing.AllowsAllKeys(GrantActions.Reveal, "web", "production"));
        Assert.Empty(nothing.OnlyProjects!);
        Assert.Empty(nothing.KeyRanges(GrantActions.List, "web", "production"));
    }

    [Theory]
    [InlineData("*", "list reveal write delete", true)]
    [InlineData("*/*/*", "list reveal write delete", true)]
    [InlineData("*", "list reveal write", false)]
    [InlineData("*/production", "list reveal write delete", false)]
    [InlineData("*/*/K*", "list reveal write delete", false)]
    public void Everything_is_said_by_name(string path, string actions, bool isEverything) =>
        Assert.Equal(isEverything, GrantSet.Of([new Grant("web", ["list"]), new Grant(path, actions.Split(' '))]).IsEverything);

    [Fact]
    public void A_caller_without_grants_of_its_own_may_do_everything_that_its_role_allows()
    {
        Assert.True(GrantSet.Everything.IsEverything);
        Assert.True(GrantSet.Everything.Allows(GrantActions.Delete, "web", "production", "KEY"));
        Assert.Equal(["*"], GrantSet.Everything.Grants.Select(grant => grant.Path));
        Assert.Equal(["list"], Assert.Single(Roles.Within(Role.Viewer, GrantSet.Everything.Grants)).Actions);
        Assert.Empty(Roles.Within(Role.None, GrantSet.Everything.Grants));
    }

    [Theory]
    [InlineData("web", "web/production/KEY", true)]
    [InlineData("web", "web2/production/KEY", false)]
    [InlineData("web", "we/production/KEY", false)]
    [InlineData("web/production", "web/production/KEY", true)]
    [InlineData("web/production", "web/staging/KEY", false)]
    [InlineData("web/production", "api/production/KEY", false)]
    [InlineData("web/production/KEY", "web/production/KEY", true)]
    [InlineData("web/production/KEY", "web/production/KEY2", false)]
    [InlineData("web/production/KEY", "web/production/Key", false)]
    [InlineData("web/production/DB_*", "web/production/DB_", true)]
    [InlineData("web/production/DB_*", "web/production/DB_URL", true)]
    [InlineData("web/production/DB_*", "web/production/MYDB_URL", false)]
    [InlineData("web/production/DB_*", "web/production/db_URL", false)]
    [InlineData("*/production/*", "web/production/KEY", true)]
    [InlineData("*/production/*", "web/production-2/KEY", false)]
    [InlineData("w*b/prod*/*_URL", "web/production/DB_URL", true)]
    [InlineData("w*b/prod*/*_URL", "wb/prod/_URL", true)]
    [InlineData("w*b/prod*/*_URL", "web/production/DB_URLS", false)]
    [InlineData("w*b/prod*/*_URL", "web-2/production/DB_URL", false)]
    [InlineData("**/*/**", "web/production/KEY", true)]
    public void A_grants_path_matches_segment_by_segment(string grant, string path, bool allowed)
    {
        var parts = path.Split('/');
        Assert.Equal(allowed, Set(new Grant(grant, ["reveal"])).Allows(GrantActions.Reveal, parts[0], parts[1], parts[2]));
    }

    [Fact]
    public void A_key_is_allowed_exactly_if_the_plain_matcher_says_so() => Gen.Select(AnyGrants, AnyPath).Sample((grants, path) =>
    {
        foreach (var action in Single)
        {
            Assert.Equal(
                Allows(grants, action, path.Project, path.Environment, path.Key),
                Set(grants).Allows(action, path.Project, path.Environment, path.Key));
        }
    }, iter: 20_000);

    [Fact]
    public void A_project_or_environment_is_allowed_exactly_if_some_key_in_it_is() => Gen.Select(AnyGrants, AnyPath).Sample((grants, path) =>
    {
        foreach (var action in Single)
        {
            var inEnvironment = Keys.Any(key => Allows(grants, action, path.Project, path.Environment, key));
            var inProject = Slugs.Any(slug => Keys.Any(key => Allows(grants, action, path.Project, slug, key)));
            Assert.Equal(inEnvironment, Set(grants).Allows(action, path.Project, path.Environment));
            Assert.Equal(inProject, Set(grants).Allows(action, path.Project));
        }
    }, iter: 2_000);

    [Fact]
    public void Several_grants_allow_what_any_of_them_allows() =>
        Gen.Select(AnyGrants, AnyGrant, AnyPath).Sample((grants, more, path) => Assert.Equal(
            Set(grants).Allows(GrantActions.Write, path.Project, path.Environment, path.Key)
                || Set(more).Allows(GrantActions.Write, path.Project, path.Environment, path.Key),
            Set([.. grants, more]).Allows(GrantActions.Write, path.Project, path.Environment, path.Key)));

    [Fact]
    public void A_question_about_several_actions_is_answered_yes_if_one_of_them_is_granted() => Gen.Select(Actions, AnyPath).Sample((actions, path) =>
    {
        var set = Set(new Grant(path.Project, actions));
        var allowed = Single.Where(action => set.Allows(action, path.Project, path.Environment, path.Key));
        Assert.Equal(actions, allowed.Select(action => action.ToString().ToLowerInvariant()));
        Assert.True(set.Allows(GrantActions.Any, path.Project));
        Assert.Equal(actions.Contains("list") || actions.Contains("write"), set.Allows(GrantActions.List | GrantActions.Write, path.Project));
    });

    [Fact]
    public void An_unknown_action_grants_nothing() =>
        Assert.False(Set(new Grant("*", ["everything", "List", ""])).Allows(GrantActions.Any, "web"));

    [Theory]
    [InlineData("web", null, "web", false)]
    [InlineData("web/production", null, "web", false)]
    [InlineData("web/prod*/KEY", null, "web", false)]
    [InlineData("we*", null, "web", true)]
    [InlineData("*/production", null, "web", true)]
    [InlineData("web2", null, "web", true)]
    [InlineData("web", "production", "web", true)]
    [InlineData("web/production", "production", "web", false)]
    [InlineData("web/production/KEY", "production", "web", false)]
    [InlineData("web/prod*", "production", "web", true)]
    [InlineData("web/*/KEY", "production", "web", true)]
    [InlineData("web/staging", "production", "web", true)]
    [InlineData("api/production", "production", "web", true)]
    [InlineData("*/production", "production", "web", true)]
    public void A_deletion_removes_the_grants_that_name_the_deleted_thing_without_a_star(
        string path, string? environment, string project, bool stays) => Assert.Equal(
            stays ? ["other", path] : ["other"],
            GrantSet.RemoveGrantsNaming([new Grant("other", ["list"]), new Grant(path, ["list"])], project, environment).Select(grant => grant.Path));

    [Fact]
    public void A_pattern_with_many_stars_is_matched_in_polynomial_time()
    {
        var pattern = string.Concat(Enumerable.Repeat("*A", 127)) + "*B";
        var set = Set(new Grant($"{new string('*', 120)}/*/{pattern}", ["list"]));

        Assert.False(set.Allows(GrantActions.List, new string('a', 120), "b", new string('A', 256)));
        Assert.True(set.Allows(GrantActions.List, new string('a', 120), "b", new string('A', 255) + "B"));
    }

    private static GrantSet Set(params Grant[] grants) => GrantSet.Of(grants);

    private static bool Allows(Grant[] grants, GrantActions action, string project, string environment, string key) => grants.Any(grant =>
        grant.Actions.Contains(action.ToString().ToLowerInvariant())
        && grant.Path.Split('/').Zip([project, environment, key]).All(pair => IsLike(pair.First, pair.Second)));

    private static bool IsLike(string pattern, string text) => pattern switch
    {
        "" => text.Length == 0,
        ['*', ..] => IsLike(pattern[1..], text) || (text.Length > 0 && IsLike(pattern, text[1..])),
        _ => text.Length > 0 && text[0] == pattern[0] && IsLike(pattern[1..], text[1..]),
    };

    private static Gen<string> Pattern(string characters) =>
        Gen.Int[0, characters.Length - 1].Select(i => characters[i]).Array[1, Longest].Select(all => new string(all));

    private static IEnumerable<string> Words(string characters, int length = Longest) => length == 0
        ? []
        : characters.SelectMany(first => Words(characters, length - 1).Select(rest => first + rest).Append(first.ToString()));
}
