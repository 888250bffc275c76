using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server;

/// <summary>The table of roles is the same in the code and in docs/access.md.</summary>
public sealed class RoleTableTests
{
    private static readonly Dictionary<Permission, string> Lines = new()
    {
        [Permission.List] = "projects, environments, secrets",
        [Permission.Reveal] = "reveal",
        [Permission.Write] = "write",
        [Permission.Delete] = "delete",
        [Permission.ReadAudit] = "read the audit trail",
        [Permission.ManageProjects] = "create, rename, delete",
        [Permission.ManageKeys] = "KEKs, credentials",
    };

    [Fact]
    public void Each_permission_has_its_place_in_the_table() =>
        Assert.Equal(Enum.GetValues<Permission>(), Roles.Table.Select(rule => rule.Permission));

    [Fact]
    public void The_documentation_has_the_same_table()
    {
        var documented = Documented();
        Assert.Equal(Lines.Count, documented.Count);
        foreach (var rule in Roles.Table.Where(rule => rule.Permission != Permission.Identify))
        {
            var columns = Assert.Single(documented, line => line[0].StartsWith(Lines[rule.Permission], StringComparison.Ordinal))[1..];
            Assert.Equal(
                new[] { rule.Viewer, rule.Member, rule.Admin, rule.AccessKey }, columns.Select(column => column.Length > 0));
            Assert.False(rule.None);
        }
    }

    private static List<string[]> Documented() =>
    [
        .. File.ReadLines(Path.Combine(LayoutTests.Root(), "docs", "access.md"))
            .SkipWhile(line => !line.StartsWith("| | viewer | member | admin, owner, API key | access key |", StringComparison.Ordinal))
            .Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
    ];
}
