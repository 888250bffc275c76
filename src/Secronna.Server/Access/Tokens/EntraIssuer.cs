namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Microsoft Entra's discovery document of several tenants names an issuer with a placeholder, and each token names the issuer of
/// its own tenant. This server accepts one tenant, which the operator names.
/// </summary>
internal static class EntraIssuer
{
    /// <summary>The claim with the id of the tenant.</summary>
    public const string TenantClaim = "tid";

    private const string Placeholder = "{tenantid}";

    // The tenant of all personal Microsoft accounts.
    private const string ConsumersTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    private static readonly string[] SharedSegments = ["common", "organizations", "consumers"];

    /// <summary>The issuer of the required tenant, if the issuer is one of several tenants; otherwise the issuer as it is.</summary>
    public static string Filled(string issuer, IEnumerable<RequiredClaim> required) =>
        PlaceOf(issuer) is { } place && required.FirstOrDefault(claim => claim.Claim is TenantClaim)?.Value is { } tenant
            ? issuer.Replace(place, tenant, StringComparison.OrdinalIgnoreCase)
            : issuer;

    /// <summary>Whether the issuer does not name one tenant.</summary>
    public static bool IsOfSeveralTenants(string issuer) => PlaceOf(issuer) is not null;

    /// <summary>Whether the issuer is that of all personal Microsoft accounts.</summary>
    public static bool IsOfConsumers(string issuer) => IsOfEntra(issuer)
        && (issuer.Contains(ConsumersTenant, StringComparison.OrdinalIgnoreCase)
            || issuer.Contains("/consumers", StringComparison.OrdinalIgnoreCase));

    /// <summary>An issuer with this text in place of the tenant, for messages.</summary>
    public static string Example(string issuer) => PlaceOf(issuer) is { } place
        ? issuer.Replace(place, "<tenant id>", StringComparison.OrdinalIgnoreCase)
        : issuer;

    // The part of the issuer that stands for any tenant; null if there is none.
    private static string? PlaceOf(string issuer)
    {
        if (issuer.Contains(Placeholder, StringComparison.OrdinalIgnoreCase))
        {
            return Placeholder;
        }

        return IsOfEntra(issuer)
            ? SharedSegments.FirstOrDefault(segment => issuer.Split('/').Contains(segment, StringComparer.OrdinalIgnoreCase))
            : null;
    }

    private static bool IsOfEntra(string issuer) => Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
        && (uri.Host.StartsWith("login.microsoftonline.", StringComparison.OrdinalIgnoreCase)
            || uri.Host.Equals("login.partner.microsoftonline.cn", StringComparison.OrdinalIgnoreCase)
            || uri.Host.Equals("sts.windows.net", StringComparison.OrdinalIgnoreCase));
}
