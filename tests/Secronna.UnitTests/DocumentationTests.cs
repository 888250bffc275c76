using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Secronna.UnitTests;

/// <summary>The pages of the documentation, and the messages that send readers to them.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = LayoutTests.Root();

    [Fact]
    public void Every_link_between_pages_leads_to_a_file_and_a_heading_that_exist()
    {
        var broken = new List<string>();
        foreach (var page in Pages())
        {
            foreach (var link in Links().Matches(WithoutBlocks(page)).Select(match => match.Groups[1].Value))
            {
                var parts = link.Split('#');
                var target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
                var hasHeading = parts.Length == 1 || !target.EndsWith(".md", StringComparison.Ordinal)
                    || (File.Exists(target) && Anchors(target).Contains(parts[1]));
                if (!Path.Exists(target) || !hasHeading)
                {
                    broken.Add($"{Path.GetRelativePath(Root, page)}: {link}");
                }
            }
        }

        Assert.Equal([], broken);
    }

    [Fact]
    public void Every_page_that_a_message_of_the_programs_names_exists()
    {
        var named = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => NamedPages().Matches(File.ReadAllText(file, Encoding.UTF8)).Select(match => match.Value)).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.Equal([], named.Where(page => !File.Exists(Path.Combine(Root, page))));
    }

    [Fact]
    public void The_index_names_every_page()
    {
        var docs = Path.Combine(Root, "docs");
        var index = File.ReadAllText(Path.Combine(docs, "README.md"), Encoding.UTF8);

        Assert.Equal([], Directory.EnumerateFiles(docs, "*.md").Select(Path.GetFileName)
            .Where(page => page != "README.md" && !index.Contains($"]({page})", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "deploy"), "*.md", SearchOption.AllDirectories));

    // A heading's anchor as hosts of repositories make it: lower case, hyphens for spaces, without punctuation.
    private static HashSet<string> Anchors(string page) =>
    [
        .. Headings().Matches(WithoutBlocks(page))
            .Select(match => Punctuation().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    private static string WithoutBlocks(string page) => Blocks().Replace(File.ReadAllText(page, Encoding.UTF8), "");

    [GeneratedRegex(@"\]\((?!https?:)([^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"docs/[\w/-]+\.md")]
    private static partial Regex NamedPages();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
