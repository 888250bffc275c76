using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The table of roles is the same in the code and in docs/access.md.</summary>
public sealed class RoleTableTests
{
    // How each line of the documentation begins, and the permissions that it stands for.
    private static readonly (string Begins, Permission[] Takes)[] Lines =
    [
        ("projects, environments, secrets", [Permission.List]),
        ("reveal", [Permission.Reveal]),
        ("write", [Permission.Write]),
        ("rollback, restore", [Permission.Write, Permission.Reveal]),
        ("delete", [Permission.Delete]),
        ("compare", [Permission.Reveal]),
        ("read the audit trail", [Permission.ReadAudit]),
        ("create, rename, delete", [Permission.ManageProjects]),
        ("set or lift `requireReason`", [Permission.ManageGuards]),
        ("KEKs", [Permission.ManageKeys]),
        ("create and change credentials", [Permission.ManageCredentials]),
    ];

    [Fact]
    public void The_table_has_one_rule_for_each_permission_in_their_order() =>
        Assert.Equal(Enum.GetValues<Permission>(), Roles.Table.Select(rule => rule.Permission));

    [Fact]
    public void The_documentation_has_the_same_table_as_the_code()
    {
        var documented = Documented();
        Assert.Equal(Lines.Select(line => line.Begins), documented.Select(line => Lines.Single(known => IsLine(line, known.Begins)).Begins));
        foreach (var (begins, takes) in Lines)
        {
            var rules = Roles.Table.Where(rule => takes.Contains(rule.Permission)).ToList();
            var columns = Assert.Single(documented, line => IsLine(line, begins))[1..];
            Assert.Equal(
                new[] { rules.TrueForAll(rule => rule.Viewer), rules.TrueForAll(rule => rule.Member), rules.TrueForAll(rule => rule.Admin), rules.TrueForAll(rule => rule.AccessKey) },
                columns.Select(column => column.Length > 0));
            Assert.DoesNotContain(rules, rule => rule.None);
        }

        Assert.Equal(
            Roles.Table.Select(rule => rule.Permission).Except([Permission.Identify]), Lines.SelectMany(line => line.Takes).Distinct().Order());
    }

    private static bool IsLine(string[] line, string begins) => line[0].StartsWith(begins, StringComparison.Ordinal);

    private static List<string[]> Documented() =>
    [
        .. File.ReadLines(Path.Combine(LayoutTests.Root(), "docs", "access.md"))
            .SkipWhile(line => !line.StartsWith("| | viewer | member | admin, owner, API key | access key |", StringComparison.Ordinal))
            .Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
    ];
}
