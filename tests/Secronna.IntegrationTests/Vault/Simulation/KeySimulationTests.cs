using System.Globalization;
using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>
/// S8 to S11 in many short random simulations, which differ in each run. The variable
/// SECRONNA_SIMULATION_SEED repeats the choices of one.
/// </summary>
public sealed class KeySimulationTests
{
    private const int Steps = 36;

    // Over PostgreSQL every node needs its own pool of connections, which costs time.
    private static int Runs => TestEngine.Current is PostgresTestEngine ? Rounds.Of(2, 4) : Rounds.Of(4, 8);

    public static TheoryData<long> Seeds =>
        Environment.GetEnvironmentVariable("SECRONNA_SIMULATION_SEED") is { Length: > 0 } seed
            ? [long.Parse(seed, CultureInfo.InvariantCulture)]
            : [.. Enumerable.Range(0, Runs).Select(_ => (long)RandomNumberGenerator.GetInt32(int.MaxValue))];

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task Every_version_opens_on_every_node_despite_rotations_interruptions_and_lost_master_keys(long seed)
    {
        await using var simulation = await KeySimulation.StartAsync(seed);
        try
        {
            await simulation.RunAsync(Steps);
        }
        catch (Exception exception)
        {
            Assert.Fail($"SECRONNA_SIMULATION_SEED={seed} at {simulation.Position}: {exception}");
        }
    }
}
