using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Secronna.UnitTests;

/// <summary>SECURITY.md's list of the classes of flaws that other secrets managers had, against the tests that name them.</summary>
public sealed partial class FlawClassTests
{
    private static readonly string Root = LayoutTests.Root();

    [Fact]
    public void Every_class_of_flaws_in_the_list_has_exactly_the_tests_that_the_list_names()
    {
        var listed = Listed().Order(StringComparer.Ordinal).ToList();

        Assert.NotEmpty(listed);
        Assert.Equal(Tests().Order(StringComparer.Ordinal), listed);
    }

    // Each as "class: test class".
    private static IEnumerable<string> Listed() => (
        from row in Rows().Matches(File.ReadAllText(Path.Combine(Root, "SECURITY.md"), Encoding.UTF8))
        from Match test in TestNames().Matches(row.Groups[2].Value)
        select $"{row.Groups[1].Value}: {test.Groups[1].Value}").Distinct();

    private static IEnumerable<string> Tests() => (
        from file in Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        from Match named in Attributes().Matches(File.ReadAllText(file, Encoding.UTF8))
        select $"{named.Groups[1].Value}: {Path.GetFileNameWithoutExtension(file)}").Distinct();

    // A row of the list: **class** | where it was seen | what holds | tests
    [GeneratedRegex(@"^\| \*\*(.+?)\*\* \|[^|]*\|[^|]*\| ([^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"`(?:\w+/)*(\w+Tests)`")]
    private static partial Regex TestNames();

    [GeneratedRegex(@"^\s*\[FlawClass\(""([^""]+)""\)\]", RegexOptions.Multiline)]
    private static partial Regex Attributes();
}
