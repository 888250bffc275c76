using System.Globalization;
using System.Security.Cryptography;

namespace Secronna.Tests.Running;

/// <summary>
/// How often a test repeats what it does. An ordinary run has every kind of test with few rounds; a thorough run
/// (<c>./test.sh --thorough</c>) has all rounds. A variable of a test's own overrides both.
/// </summary>
internal static class Rounds
{
    /// <summary>The variable that is 1 in a thorough run.</summary>
    public const string ThoroughVariable = "SECRONNA_TEST_THOROUGH";

    public static bool AreThorough { get; } = Environment.GetEnvironmentVariable(ThoroughVariable) == "1";

    public static int Of(int ordinary, int thorough) => AreThorough ? thorough : ordinary;

    /// <summary>The number of the variable, if it is set.</summary>
    public static int Of(string variable, int ordinary, int thorough) => Number(variable) ?? Of(ordinary, thorough);

    /// <summary>All in a thorough run; in an ordinary run every <paramref name="nth"/>, beginning with the first.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> all, int nth) => all.Where((_, index) => index % Of(nth, 1) == 0);

    /// <summary>
    /// The bits of so many bytes, by number. An ordinary run has one bit of each byte, another one in each of eight bytes.
    /// </summary>
    public static IEnumerable<int> OfBits(int bytes) =>
        AreThorough ? Enumerable.Range(0, bytes * 8) : Enumerable.Range(0, bytes).Select(index => (index * 8) + (index % 8));

    /// <summary>The seed that the variable sets, which repeats a run's choices; else a new one.</summary>
    public static int Seed(string variable) => Number(variable) ?? RandomNumberGenerator.GetInt32(int.MaxValue);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
