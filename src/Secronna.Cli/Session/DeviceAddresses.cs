using Duende.IdentityModel.Client;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>Reads the addresses at which a person enters a device code. They come from the provider, and a browser opens them.</summary>
internal static class DeviceAddresses
{
    // Google's name for verification_uri, from a draft of RFC 8628.
    private const string DraftName = "verification_url";

    /// <summary>The address to show, and the one to open, which may hold the code already.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the provider named no address, or one that is not https.</exception>
    public static (Uri Address, Uri WithCode) Of(DeviceAuthorizationResponse device, string issuer, bool isInsecure)
    {
        var address = device.VerificationUri ?? device.TryGet(DraftName)
            ?? throw IdentityProviderErrors.Invalid($"{issuer} named no address at which to enter the code");
        return (Checked(address, issuer, isInsecure), Checked(device.VerificationUriComplete ?? address, issuer, isInsecure));
    }

    private static Uri Checked(string address, string issuer, bool isInsecure)
    {
        IdentityProviderErrors.RequireSafe(address, $"the address of {issuer} at which to enter the code", isInsecure);
        return new Uri(address);
    }
}
