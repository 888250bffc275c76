using Duende.IdentityModel.Client;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>The endpoints that the discovery document of an identity provider names. Each is checked before it is used.</summary>
/// <param name="document">The discovery document.</param>
/// <param name="issuer">The provider's issuer, for errors.</param>
/// <param name="isInsecure">Whether plain HTTP to another machine is allowed.</param>
internal sealed class ProviderEndpoints(DiscoveryDocumentResponse document, string issuer, bool isInsecure)
{
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the provider has no such endpoint, or its address is not https.</exception>
    public string Token => Require(document.TokenEndpoint, "tokens");

    /// <exception cref="SecronnaException">VALIDATION_ERROR: the provider has no such endpoint, or its address is not https.</exception>
    public string DeviceAuthorization => Require(document.DeviceAuthorizationEndpoint, "signing in by a device code");

    /// <summary>The endpoint of RFC 7009; <c>null</c> where the provider has none.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: its address is not https.</exception>
    public string? Revocation => document.RevocationEndpoint is null ? null : Require(document.RevocationEndpoint, "revocation");

    private string Require(string? address, string purpose)
    {
        if (address is null)
        {
            throw IdentityProviderErrors.Invalid($"the identity provider {issuer} has no address for {purpose}");
        }

        IdentityProviderErrors.RequireSafe(address, $"the address for {purpose} of {issuer}", isInsecure);
        return address;
    }
}
