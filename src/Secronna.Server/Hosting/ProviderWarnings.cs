using Secronna.Server.Access.Tokens;

namespace Secronna.Server.Hosting;

/// <summary>Warns of settings of the identity provider that are dangerous or doubtful, when the server starts.</summary>
internal static class ProviderWarnings
{
    /// <summary>Logs each of them.</summary>
    public static void Log(ILogger log, IdentityProviderSettings settings)
    {
        foreach (var risk in ProviderRules.Risks(settings))
        {
            HostingLog.ProviderSetting(log, risk.Message);
        }
    }
}
