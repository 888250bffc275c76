using Secronna.Protocol;

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

        if (!provider.RequireHttpsMetadata)
        {
            yield return new(
                new Uri(issuer).IsLoopback ? Severity.Warning : Severity.Danger, "Secronna__Huudis__RequireHttpsMetadata is false",
                "whoever is on the network path can replace the provider's keys, and then sign tokens for any role", "unset it, and use an issuer with https");
        }

        if (provider.DefaultRole is RoleNames.Owner or RoleNames.Admin)
        {
            yield return new(
                Severity.Danger, $"tokens that name no role have the role {provider.DefaultRole} (Secronna__Huudis__DefaultRole)",
                "every user of the provider whose workspace is allowed can do everything in it", "set it to viewer or none, and give roles in the provider");
        }

        if (!provider.RequireMfa)
        {
            yield return new(
                Severity.Advice, "Secronna__Huudis__RequireMfa is false",
                "a stolen password is enough to reveal values", "set it to true, where the provider has second factors");
        }
    }
}
