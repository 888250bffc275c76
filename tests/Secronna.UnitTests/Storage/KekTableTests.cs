using System.Globalization;
using Secronna.Crypto;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.UnitTests.Storage;

/// <summary>
/// The SQL of KEKs repeats a number of the policy in Secronna.Crypto, because Storage can't refer to Crypto. Both numbers must be
/// equal.
/// </summary>
public sealed class KekTableTests
{
    [Fact]
    public void The_query_for_worn_KEKs_begins_at_the_number_of_wraps_that_the_policy_names() =>
        Assert.Equal(KekTable.WornWraps, KekPolicy.WornWraps.ToString(CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public void The_index_of_worn_KEKs_has_the_condition_of_the_query(string engine) =>
        Assert.Contains(
            $"CREATE INDEX project_keys_worn ON project_keys (wraps) WHERE state = 'active' AND wraps >= {KekTable.WornWraps};",
            Migration($"{engine}.0003_rotation.sql"), StringComparison.Ordinal);

    private static string Migration(string end)
    {
        var assembly = typeof(KekTable).Assembly;
        var name = Assert.Single(assembly.GetManifestResourceNames(), name => name.EndsWith(end, StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
