using System.Globalization;
using System.Security.Cryptography;

namespace Secronna.Tests.Running;

/// <summary>
/// How often a test repeats its steps. An ordinary run repeats each test in few rounds. A thorough run
/// (<c>./test.sh --thorough</c>) has all rounds. Some tests have a variable of their own, which overrides both numbers.
/// </summary>
internal static class Rounds
{
    /// <summary>The variable that is 1 in a thorough run.</summary>
    public const string ThoroughVariable = "SECRONNA_TEST_THOROUGH";

    public static bool AreThorough { get; } = Environment.GetEnvironmentVariable(ThoroughVariable) == "1";

    public static int Of(int ordinary, int thorough) => AreThorough ? thorough : ordinary;

    /// <summary>The number in the variable or, if it is not set, the number for this kind of run.</summary>
    public static int Of(string variable, int ordinary, int thorough) => Number(variable) ?? Of(ordinary, thorough);

    /// <summary>All items in a thorough run. In an ordinary run the first of every <paramref name="nth"/> items.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> all, int nth) => all.Where((_, index) => index % Of(nth, 1) == 0);

    /// <summary>
    /// The numbers of the bits to test in this many bytes. A thorough run has all bits. An ordinary run has one bit of each byte,
    /// at a position that moves by one from byte to byte.
    /// </summary>
    public static IEnumerable<int> OfBits(int bytes) =>
        AreThorough ? Enumerable.Range(0, bytes * 8) : Enumerable.Range(0, bytes).Select(index => (index * 8) + (index % 8));

    /// <summary>The seed in the variable, which repeats a run's choices. If the variable is not set, a new seed.</summary>
    public static int Seed(string variable) => Number(variable) ?? RandomNumberGenerator.GetInt32(int.MaxValue);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
