using System.Text;
using System.Text.RegularExpressions;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>
/// The numbers that entries store in place of words. docs/formats.md is the contract: a change of a number there or in the code
/// would make entries say something else than they said.
/// </summary>
public sealed partial class TrailTableTests
{
    [Fact]
    public void The_page_about_formats_has_the_same_numbers()
    {
        AssertListed("Actions", 1, TrailActions.All);
        AssertListed("Actor types", 1, TrailActorTypes.All);
        AssertListed("Outcomes", 0, TrailOutcomes.All);
        AssertListed("Prefixes of ids", 1, TrailId.Prefixes);
    }

    [Fact]
    public void The_page_about_formats_has_the_same_keys_and_limits()
    {
        var keys = typeof(TrailEntryKey).GetFields().Select(field => ((int)field.GetValue(null)!, CamelCase(field.Name)));
        Assert.Equal(keys.Order(), Rows("Keys").Order());

        var limits = KeyLimits().Matches(Section("Keys")).ToDictionary(row => row.Groups[1].Value, row => int.Parse(row.Groups[2].Value.Replace(",", "")));
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["id"] = TrailText.MaxId,
                ["actorType"] = TrailText.MaxWord,
                ["actorId"] = TrailText.MaxActorId,
                ["action"] = TrailText.MaxWord,
                ["outcome"] = TrailText.MaxWord,
                ["requestId"] = TrailText.MaxId,
                ["projectId"] = TrailText.MaxId,
                ["environmentId"] = TrailText.MaxId,
                ["secretId"] = TrailText.MaxId,
                ["subject"] = TrailText.MaxSubject,
                ["key"] = TrailText.MaxKey,
                ["path"] = TrailText.MaxPath,
                ["targetId"] = TrailText.MaxId,
                ["name"] = TrailText.MaxName,
                ["ip"] = TrailText.MaxIp,
                ["userAgent"] = TrailText.MaxUserAgent,
                ["reason"] = TrailText.MaxReason,
                ["sessionId"] = TrailText.MaxId,
            },
            limits);
    }

    [Fact]
    public void Every_action_actor_type_and_outcome_of_the_API_has_a_number()
    {
        Assert.All(AuditActions.All, action => Assert.NotEqual(TrailActions.None, TrailActions.NumberOf(action)));
        Assert.All(Constants(typeof(ActorTypes)), type => Assert.NotEqual(TrailActorTypes.None, TrailActorTypes.NumberOf(type)));
        Assert.Equal(AuditOutcomes.All, TrailOutcomes.All);
    }

    [Fact]
    public void Every_prefix_of_the_API_has_a_number()
    {
        Assert.Empty(Constants(typeof(Ids)).Select(prefix => prefix.TrimEnd('_')).Except(TrailId.Prefixes));
    }

    [Fact]
    public void A_word_stands_once_in_its_table_and_is_found_by_its_number()
    {
        foreach (var table in new[] { TrailActions.Table, TrailActorTypes.Table, TrailOutcomes.Table })
        {
            Assert.Equal(table.Words, table.Words.Distinct());
            Assert.All(table.Words, word => Assert.Equal(word, table.WordOf(table.NumberOf(word))));
            Assert.Throws<FormatException>(() => table.WordOf(WordTable.None));
            Assert.Throws<FormatException>(() => table.WordOf(table.Words.Count + 1));
            Assert.Equal(WordTable.None, table.NumberOf("Success"));
        }
    }

    private static void AssertListed(string heading, int first, IReadOnlyList<string> words) =>
        Assert.Equal(words.Index().Select(word => (word.Index + first, word.Item)), Rows(heading).Order());

    private static IEnumerable<(int Number, string Word)> Rows(string heading) =>
        NumbersAndWords().Matches(Section(heading)).Select(row => (int.Parse(row.Groups[1].Value), row.Groups[2].Value));

    private static string Section(string heading)
    {
        var page = File.ReadAllText(Path.Combine(LayoutTests.Root(), "docs", "formats.md"), Encoding.UTF8);
        return page.Split($"\n### {heading}\n")[1].Split("\n#")[0];
    }

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields().Where(field => field.FieldType == typeof(string)).Select(field => (string)field.GetValue(null)!);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    [GeneratedRegex(@"\| (\d+) \| `([\w.]+)`")]
    private static partial Regex NumbersAndWords();

    // | number | `key` | form | limit |
    [GeneratedRegex(@"^\| \d+ \| `(\w+)` \|[^|]*\| ([\d,]+) \|$", RegexOptions.Multiline)]
    private static partial Regex KeyLimits();
}
