using System.Globalization;
using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// S14 in short random simulations, which differ in each run. SECRONNA_PAST_ROUNDS sets their number. The
/// variable SECRONNA_PAST_SEED repeats the choices of one.
/// </summary>
[DependsOnTransactions]
public sealed class PastModelTests
{
    private const int Steps = 36;

    // At least two: one with a scripted clock, and one with the database's own clock, where it has one.
    private static int Simulations => Rounds.Of("SECRONNA_PAST_ROUNDS", ordinary: 2, thorough: 2);

    public static TheoryData<long> Seeds =>
        Environment.GetEnvironmentVariable("SECRONNA_PAST_SEED") is { Length: > 0 } seed
            ? [long.Parse(seed, CultureInfo.InvariantCulture)]
            : [.. Enumerable.Range(0, Simulations).Select(round => (2L * RandomNumberGenerator.GetInt32(int.MaxValue)) + (round % 2))];

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task An_instant_always_shows_the_state_at_that_instant_whatever_the_clock_does(long seed)
    {
        // SQLite has no clock of its own.
        var isScripted = TestEngine.Current is SqliteTestEngine || seed % 2 == 0;
        await using var simulation = await PastSimulation.StartAsync(seed, isScripted);
        try
        {
            await simulation.RunAsync(Steps);
        }
        catch (Exception exception)
        {
            Assert.Fail($"SECRONNA_PAST_SEED={seed} at {simulation.Position}: {exception}");
        }
    }
}
