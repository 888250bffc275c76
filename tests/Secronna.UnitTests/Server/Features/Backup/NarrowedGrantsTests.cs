using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Xunit;

namespace Secronna.UnitTests.Server.Features.Backup;

/// <summary>A key that was narrowed after a backup never gets back more than both lists of grants give.</summary>
public sealed class NarrowedGrantsTests
{
    [Theory]
    [InlineData("* reveal,write", "web/prod/A reveal", "web/prod/A reveal")]
    [InlineData("web/* reveal", "web/*/DB_* reveal", "web/*/DB_* reveal")]
    [InlineData("web/prod reveal", "* reveal,list", "web/prod reveal")]
    [InlineData("web/prod/A reveal", "web/prod/A write", "")]
    [InlineData("web reveal", "api reveal", "")]
    [InlineData("web/a* reveal", "web/*b reveal", "")]
    [InlineData("* reveal", "", "")]
    [InlineData("web reveal;api write", "* reveal,write", "web reveal;api write")]
    [InlineData("* reveal;web reveal", "web/prod reveal", "web/prod reveal")]
    public void The_result_has_what_both_lists_give(string one, string other, string expected)
    {
        Assert.Equal(expected, Text(NarrowedGrants.Of(Grants(one), Grants(other))));
        Assert.Equal(
            expected.Split(';').Order(StringComparer.Ordinal), Text(NarrowedGrants.Of(Grants(other), Grants(one))).Split(';').Order(StringComparer.Ordinal));
    }

    private static List<Grant> Grants(string text) =>
    [
        .. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(grant => grant.Split(' '))
            .Select(parts => new Grant(parts[0], parts[1].Split(','))),
    ];

    private static string Text(IEnumerable<Grant> grants) =>
        string.Join(';', grants.Select(grant => $"{grant.Path} {string.Join(',', grant.Actions)}"));
}
