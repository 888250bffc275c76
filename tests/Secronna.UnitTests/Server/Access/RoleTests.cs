using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>What each role may do at all (S24).</summary>
public sealed class RoleTests
{
    [Theory]
    [InlineData((int)Role.Admin, "Identify List Reveal Write Delete ReadAudit ManageProjects ManageGuards ManageKeys ManageCredentials")]
    [InlineData((int)Role.Owner, "Identify List Reveal Write Delete ReadAudit ManageProjects ManageGuards ManageKeys ManageCredentials")]
    [InlineData((int)Role.ApiKey, "Identify List Reveal Write Delete ReadAudit ManageProjects ManageGuards ManageKeys ManageCredentials")]
    [InlineData((int)Role.Member, "Identify List Reveal Write Delete ReadAudit")]
    [InlineData((int)Role.Viewer, "Identify List ReadAudit")]
    [InlineData((int)Role.AccessKey, "Identify List Reveal Write Delete")]
    [InlineData((int)Role.Restricted, "Identify List Reveal Write Delete")]
    [InlineData((int)Role.None, "Identify")]
    [InlineData(99, "Identify")]
    public void Each_role_has_the_permissions_of_the_table(int role, string allowed) =>
        Assert.Equal(
            allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Enum.GetValues<Permission>().Where(permission => Roles.Allows((Role)role, permission)).Select(permission => permission.ToString()));
}
