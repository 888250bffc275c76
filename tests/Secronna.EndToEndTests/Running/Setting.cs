using System.Globalization;

namespace Secronna.EndToEndTests.Running;

/// <summary>What a run of the tests can be told by environment variables.</summary>
internal static class Setting
{
    /// <summary>The variable's number, or null.</summary>
    public static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
