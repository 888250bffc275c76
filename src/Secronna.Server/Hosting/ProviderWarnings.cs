using Secronna.Server.Access.Tokens;

namespace Secronna.Server.Hosting;

/// <summary>Warns of settings of the identity provider that are dangerous or doubtful, when the server starts.</summary>
internal static class ProviderWarnings
{
    /// <summary>Logs each finding.</summary>
    public static void Log(ILogger log, IdentityProviderSettings settings)
    {
        foreach (var finding in ProviderRules.Check(settings))
        {
            HostingLog.ProviderSetting(log, finding.Message);
        }
    }
}
