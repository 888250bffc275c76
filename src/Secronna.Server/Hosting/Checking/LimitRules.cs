namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about limits that are switched off.</summary>
internal static class LimitRules
{
    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts)
    {
        var (limits, http) = (facts.Settings.Limits, facts.Settings.Http);
        if (limits.RevealsPerMinute == 0)
        {
            yield return Off("Secronna__Limits__RevealsPerMinute", "one stolen credential can read everything that it may at full speed");
        }

        if (limits.FailedAuthenticationsPerMinute == 0)
        {
            yield return Off("Secronna__Limits__FailedAuthenticationsPerMinute", "one address can try tokens at full speed");
        }

        if (http.MaxConnections == 0)
        {
            yield return Off("Secronna__Http__MaxConnections", "connections can take all memory and file descriptors");
        }

        if (http.MaxConnectionsPerAddress == 0)
        {
            yield return Off("Secronna__Http__MaxConnectionsPerAddress", "one address can take all connections from the others");
        }
    }

    private static Finding Off(string setting, string why) => new(Severity.Warning, $"{setting} is 0, which is no limit", why, "unset it, or set a limit");
}
