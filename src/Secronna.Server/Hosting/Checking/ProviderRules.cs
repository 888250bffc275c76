namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about the identity provider.</summary>
internal static class ProviderRules
{
    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts)
    {
        var provider = facts.Settings.Huudis;
        if (provider.Issuer is not { } issuer)
        {
            yield break;
        }

        foreach (var risk in Access.Tokens.ProviderRules.Risks(provider))
        {
            yield return new(risk.IsDangerous ? Severity.Danger : Severity.Warning, risk.What, risk.Why, risk.Do);
        }

        if (!provider.RequireHttpsMetadata && new Uri(issuer).IsLoopback)
        {
            yield return new(
                Severity.Warning, "Secronna__Huudis__RequireHttpsMetadata is false",
                "the provider would be asked without TLS on another machine too", "unset it, and use an issuer with https");
        }

        if (!provider.RequireMfa)
        {
            yield return new(
                Severity.Advice, "Secronna__Huudis__RequireMfa is false",
                "a stolen password is enough to reveal values", "set it to true, where the provider has second factors");
        }
    }
}
