using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Finds what is wrong with the settings of the identity provider as a whole. The start of the server and the operator's check
/// of the settings both read these rules.
/// </summary>
internal static class ProviderRules
{
    private const string Section = "Secronna__Huudis__";

    // Issuers at which everybody can get an account.
    private static readonly string[] EverybodysHosts = ["accounts.google.com", "gitlab.com", "login.salesforce.com"];

    // Audiences that tokens of a provider have by default, whatever they are for.
    private static readonly string[] UsualAudiences =
        ["account", "api://default", "https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

    // Their values can be given to somebody else, or be changed by their holders.
    private static readonly string[] ChangingSubjects = ["email", "upn", "preferred_username"];

    // Every token of an issuer has these claims, or every token of a client, so that they tell nobody's own people from others.
    private static readonly string[] EverybodysClaims =
    [
        "iss", "aud", "azp", "client_id", "cid", "appid", "email_verified", "typ", "token_use", "exp", "iat", "nbf",
    ];

    /// <summary>Why the server can't start with the settings; none if it can, or if no provider is configured.</summary>
    public static IEnumerable<string> Obstacles(IdentityProviderSettings settings) => settings.Issuer is { } issuer
        ? AboutIssuer(settings, issuer).Concat(AboutWorkspace(settings, issuer)).Concat(AboutClients(settings)).Select(message => Section + message)
        : [];

    /// <summary>What is dangerous or doubtful, although the server starts; none if no provider is configured.</summary>
    public static IEnumerable<ProviderRisk> Risks(IdentityProviderSettings settings) => settings.Issuer is { } issuer
        ? Dangerous(settings, issuer).Concat(Doubtful(settings))
        : [];

    private static IEnumerable<string> AboutIssuer(IdentityProviderSettings settings, string issuer)
    {
        // The messages below repeat the issuer, and a user name or query may hold a credential.
        if (new Uri(issuer) is { UserInfo.Length: > 0 } or { Query.Length: > 0 } or { Fragment.Length: > 0 })
        {
            yield return "Issuer has a user name, a query or a fragment, which no issuer has: write the issuer as the provider's tokens name it";
        }

        if (settings.RequireHttpsMetadata && new Uri(issuer).Scheme == Uri.UriSchemeHttp)
        {
            yield return "Issuer does not use https, so that anyone on the network path could replace the provider's keys: "
                + "set a URL with https, or set Secronna__Huudis__RequireHttpsMetadata to false";
        }

        if (EntraIssuer.IsOfSeveralTenants(issuer))
        {
            yield return $"Issuer is shared by all tenants: set your tenant's own issuer, {EntraIssuer.Example(issuer)}, "
                + "or name the tenant in Secronna__Huudis__RequiredClaims__tid";
        }
    }

    private static IEnumerable<string> AboutWorkspace(IdentityProviderSettings settings, string issuer)
    {
        var isEverybodys = EntraIssuer.IsOfConsumers(issuer) || EverybodysHosts.Contains(new Uri(issuer).Host, StringComparer.OrdinalIgnoreCase);
        if (settings.IssuerIsOurs && isEverybodys)
        {
            yield return "IssuerIsOurs can't be true for this issuer, because everybody can get an account there: "
                + "name your own people by a claim, such as Secronna__Huudis__RequiredClaims__hd=example.com for Google";
        }

        if (settings is { Workspace: not null, IssuerIsOurs: false } && !settings.RequiredClaims.Any(claim => IsChoice(claim, issuer)))
        {
            yield return "Workspace puts everyone who can sign in at the issuer into one workspace: name your own people by a claim, such as "
                + "Secronna__Huudis__RequiredClaims__hd=example.com, or set Secronna__Huudis__IssuerIsOurs=true "
                + "if nobody else can get an account at the issuer";
        }

        if (settings.Workspace is not null && settings.Claims.Workspace != ClaimSettings.UsualWorkspace)
        {
            yield return "Workspace is set, and so is Secronna__Huudis__Claims__Workspace: remove one of them";
        }
    }

    // Whether the claim is a choice of one's own people. The tenant of all personal Microsoft accounts tells nobody apart.
    private static bool IsChoice(RequiredClaim claim, string issuer) =>
        !EverybodysClaims.Contains(claim.Claim.TrimStart('/').Split('/')[0])
        && (claim.Claim != EntraIssuer.TenantClaim || !EntraIssuer.IsOfConsumers(issuer));

    private static IEnumerable<string> AboutClients(IdentityProviderSettings settings)
    {
        if (settings.Audiences.Count == 0)
        {
            yield return settings.TokenType == TokenType.IdToken
                ? "Audiences__0 is not set: write the client ids that people sign in with, such as Secronna__Huudis__Audiences__0=secronna-cli"
                : "Audiences__0 is not set: write the audience that the provider puts into access tokens for this server, such as "
                    + "Secronna__Huudis__Audiences__0=https://secrets.example.com; no other service may have the same one";
        }

        if (settings.Programs.FirstOrDefault(settings.SignIn.IsPeoplesClient) is { } program)
        {
            yield return $"Programs names {program}, through which people sign in (Secronna__Huudis__CliClientId or WebClientId): "
                + "give the program a client of its own";
        }
    }

    private static IEnumerable<ProviderRisk> Dangerous(IdentityProviderSettings settings, string issuer)
    {
        foreach (var audience in settings.Audiences.Where(audience => IsUsual(audience, issuer)))
        {
            yield return new(
                IsDangerous: true, $"{Section}Audiences names {audience}, which the provider puts into tokens for other services too",
                "those services could use their users' tokens here", "give this server an audience of its own");
        }

        if (settings.DefaultRole is RoleNames.Owner or RoleNames.Admin)
        {
            yield return new(
                IsDangerous: true, $"{Section}DefaultRole is {settings.DefaultRole}",
                "everyone who can sign in may do everything", "set restricted, and give roles at the provider");
        }

        if (!settings.RequireHttpsMetadata && !new Uri(issuer).IsLoopback)
        {
            yield return new(
                IsDangerous: true, $"{Section}RequireHttpsMetadata is false",
                "anyone on the network path could replace the provider's keys, and then sign tokens for any role",
                "unset it, and use an issuer with https");
        }
    }

    private static bool IsUsual(string audience, string issuer) =>
        UsualAudiences.Contains(audience, StringComparer.OrdinalIgnoreCase)
        || (audience.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            && (audience.EndsWith("/userinfo", StringComparison.Ordinal) || audience.EndsWith("/api/v2/", StringComparison.Ordinal)))
        || audience.TrimEnd('/') == issuer.TrimEnd('/');

    private static IEnumerable<ProviderRisk> Doubtful(IdentityProviderSettings settings)
    {
        var subject = settings.Claims.Subject;
        if (ChangingSubjects.Contains(subject.TrimStart('/')))
        {
            yield return new(
                IsDangerous: false, $"{Section}Claims__Subject is {subject}, which may later be given to somebody else",
                "the new holder would be taken for the former one", "prefer sub, or Okta's uid, or Entra's oid");
        }

        if (settings.TokenType == TokenType.IdToken && settings.Audiences.Count > 0 && !settings.Audiences.Contains(settings.SignIn.CliClientId))
        {
            yield return new(
                IsDangerous: false, $"{Section}Audiences does not name the client id of the command line, {settings.SignIn.CliClientId}",
                "nobody can sign in with it", "add it to the audiences");
        }
    }
}
