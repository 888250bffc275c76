using Secronna.Server.Hosting.Configuration;

namespace Secronna.IntegrationTests.Harness;

/// <summary>Settings for tests that are not about rates and shares.</summary>
internal static class NoRates
{
    /// <summary>
    /// Turns every rate off. All tests have one address, and many send more than a caller should. Keeps nothing of the disk, so
    /// that a nearly full disk of the machine fails no other test.
    /// </summary>
    public static void TurnOffRates(this Settings settings)
    {
        var limits = settings.Limits;
        (limits.RequestsPerMinute, limits.RequestsPerMinutePerWorkspace, limits.FailedAuthenticationsPerMinute) = (0, 0, 0);
        (limits.RevealsPerMinute, limits.RevealsPerMinutePerWorkspace) = (0, 0);
        (limits.WritesPerMinute, limits.WritesPerMinutePerWorkspace) = (0, 0);
        (limits.WriteBytesPerMinute, limits.WriteBytesPerMinutePerWorkspace) = (0, 0);
        settings.Storage.ReservedBytes = 0;
    }
}
